// The header from C++.
#include "logit_loss.h"

int main() {
    logit_loss_bce_f32 bce = {};
    bce.reduction = LOGIT_LOSS_SUM;
    logit_loss_focal_f64 focal = LOGIT_LOSS_FOCAL_INIT;
    logit_loss_asymmetric_f32 asymmetric = LOGIT_LOSS_ASYMMETRIC_INIT_F32;
    logit_loss_asymmetric_f64 wide_asymmetric = LOGIT_LOSS_ASYMMETRIC_INIT_F64;
    const float logit = 0;
    const double wide = 0;
    const uint8_t label = 1;
    float loss = 0, asymmetric_loss = 0;
    double focal_loss = 0, wide_loss = 0;
    if (logit_loss_bce_loss_f32(&bce, &logit, nullptr, &label, 1, &loss) != LOGIT_LOSS_STATUS_OK) return 1;
    if (logit_loss_focal_loss_f64(&focal, &wide, nullptr, &label, 1, &focal_loss) != LOGIT_LOSS_STATUS_OK) return 2;
    // ln 2, and a sixteenth of it.
    if (!(loss > 0.6931f && loss < 0.6932f && focal_loss > 0.0433 && focal_loss < 0.0434)) return 3;
    logit_loss_status status;
    status = logit_loss_asymmetric_loss_f32(&asymmetric, &logit, nullptr, &label, 1, &asymmetric_loss);
    if (status != LOGIT_LOSS_STATUS_OK) return 4;
    status = logit_loss_asymmetric_loss_f64(&wide_asymmetric, &wide, nullptr, &label, 1, &wide_loss);
    if (status != LOGIT_LOSS_STATUS_OK) return 5;
    // Half of it.
    return asymmetric_loss > 0.3465f && asymmetric_loss < 0.3466f && wide_loss > 0.3465 && wide_loss < 0.3466 ? 0 : 6;
}
