/* What one call costs in flash: with BCE, FOCAL or ASYMMETRIC, against without. */
#include "logit_loss.h"

volatile float input[8];
volatile uint8_t given[8];
float logits[8];
uint8_t labels[8];
volatile float result;

int main(void) {
    for (int i = 0; i < 8; i++) {
        logits[i] = input[i];
        labels[i] = given[i];
    }
    float loss = 0;
#if defined BCE
    logit_loss_bce_loss_and_gradient_in_place_f32(NULL, logits, NULL, labels, 8, &loss);
#elif defined FOCAL
    const logit_loss_focal_f32 focal = LOGIT_LOSS_FOCAL_INIT;
    logit_loss_focal_loss_and_gradient_in_place_f32(&focal, logits, NULL, labels, 8, &loss);
#elif defined ASYMMETRIC
    const logit_loss_asymmetric_f32 asymmetric = LOGIT_LOSS_ASYMMETRIC_INIT_F32;
    logit_loss_asymmetric_loss_and_gradient_in_place_f32(&asymmetric, logits, NULL, labels, 8, &loss);
#endif
    result = loss + logits[3];
    return 0;
}
