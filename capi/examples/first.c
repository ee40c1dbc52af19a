#include <stdio.h>

#include "logit_loss.h"

int main(void) {
    /* Two samples, three labels each; the first label is rare. */
    float logits[6] = {2.1f, -0.3f, 0.8f, -1.7f, 40.0f, -100.0f};
    const uint8_t labels[6] = {1, 0, 1, 0, 1, 0};
    const float rare[3] = {6.0f, 1.0f, 1.0f};
    const logit_loss_bce_f32 bce = {.pos_weight = {rare, 3, 0, LOGIT_LOSS_WEIGHTS_PER_CLASS}};

    float mean;
    logit_loss_status status = logit_loss_bce_loss_and_gradient_in_place_f32(&bce, logits, NULL, labels, 6, &mean);
    if (status != LOGIT_LOSS_STATUS_OK) {
        puts(logit_loss_error_message(status));
        return 1;
    }
    /* The gradient stands where the logits were: -7.08e-19 of a confident, right answer, not 0. */
    printf("mean %.7f, gradient %.6g\n", (double)mean, (double)logits[4]);
    return 0;
}
