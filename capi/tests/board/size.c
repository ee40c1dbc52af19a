/* What one call costs in flash: with CALL, against without. */
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
#ifdef CALL
    logit_loss_bce_loss_and_gradient_in_place_f32(NULL, logits, NULL, labels, 8, &loss);
#endif
    result = loss + logits[3];
    return 0;
}
