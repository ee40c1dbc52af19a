/* Trains a logistic regression where the data are: does a motor vibrate as it did when its bearing wore out? */
#include <stdio.h>

#include "logit_loss.h"

enum { SAMPLES = 20, FEATURES = 3, STEPS = 300 };

/* Vibration along, vibration across, temperature, all scaled; 1 for the few with a worn bearing. */
static const float features[SAMPLES][FEATURES] = {
    {-0.9f, -0.4f, -0.8f}, {0.3f, -0.7f, 0.1f},  {-0.2f, 0.1f, -0.5f}, {1.6f, 1.1f, 0.9f},   {-1.1f, -0.9f, 0.4f},
    {0.1f, 0.5f, -1.2f},   {-0.6f, 0.2f, 0.6f},  {0.9f, 1.8f, 0.2f},   {-0.4f, -1.3f, -0.3f}, {0.6f, -0.2f, -0.6f},
    {-1.4f, 0.3f, 0.2f},   {0.2f, -0.5f, 1.1f},  {1.2f, 0.7f, 1.5f},   {-0.8f, -0.1f, -1.0f}, {0.0f, 0.4f, 0.0f},
    {-0.3f, -0.8f, 0.7f},  {0.5f, 0.0f, -0.2f},  {-1.0f, 0.6f, -0.4f}, {0.4f, 0.9f, 0.3f},   {-0.1f, -0.6f, -0.9f},
};
static const uint8_t worn[SAMPLES] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};

static float weights[FEATURES], bias;

int main(void) {
    /* Worn bearings are rare: 17 of 20 are not. */
    const float balance = 17.0f / 3.0f;
    const logit_loss_bce_f32 bce = {.pos_weight = {&balance, 1, 0, LOGIT_LOSS_WEIGHTS_UNIFORM}};
    float buffer[SAMPLES], loss = 0, first = 0;

    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < SAMPLES; i++) {
            buffer[i] = bias;
            for (int k = 0; k < FEATURES; k++) buffer[i] += weights[k] * features[i][k];
        }
        /* The logits become the gradient of the mean loss: one buffer is enough. */
        logit_loss_status status =
            logit_loss_bce_loss_and_gradient_in_place_f32(&bce, buffer, NULL, worn, SAMPLES, &loss);
        if (status != LOGIT_LOSS_STATUS_OK) {
            puts(logit_loss_error_message(status));
            return 1;
        }
        if (step == 0) first = loss;
        for (int i = 0; i < SAMPLES; i++) {
            bias -= buffer[i];
            for (int k = 0; k < FEATURES; k++) weights[k] -= buffer[i] * features[i][k];
        }
    }

    float wear[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        wear[i] = bias;
        for (int k = 0; k < FEATURES; k++) wear[i] += weights[k] * features[i][k];
    }
    if (logit_loss_sigmoid_in_place_f32(wear, SAMPLES) != LOGIT_LOSS_STATUS_OK) return 1;
    int right = 0;
    for (int i = 0; i < SAMPLES; i++) right += (wear[i] > 0.5f) == (worn[i] != 0);
    printf("loss %.4f, then %.4f; %d of %d right\n", (double)first, (double)loss, right, SAMPLES);
    return !(loss < first / 4 && right == SAMPLES);
}
