/* The tests of one type: REAL, whose functions are F(name). Included once for each. */

static REAL F(x)[ROWS], F(t)[ROWS], F(out)[ROWS], F(second)[ROWS];
static uint8_t F(y)[ROWS];

static void F(set)(void) {
    for (int i = 0; i < ROWS; i++) {
        F(x)[i] = (REAL)references[i].logit;
        F(t)[i] = (REAL)references[i].target;
        F(y)[i] = references[i].target != 0;
    }
}

/* Where no number can be. */
static REAL *F(odd)(REAL *at) {
    return (REAL *)(void *)((char *)at + 1);
}

/* An ULP of a number, down to the subnormals. */
static double F(ulp)(double v) {
    REAL magnitude = (REAL)fabs(v);
    return (double)NEXT(magnitude, (REAL)INFINITY) - (double)magnitude;
}

static void F(near_terms)(const char *what, int i, REAL found, double exact, double terms, double ulps) {
    double error = fabs((double)found - exact) / F(ulp)(terms);
    CHECK(error <= ulps + HALF_ULP_OF_REFERENCE, "%s of row %d: %.17g for %.17g, %g ULP", what, i, (double)found, exact,
          error);
}

static void F(near)(const char *what, int i, REAL found, double exact, double ulps) {
    F(near_terms)(what, i, found, exact, exact, ulps);
}

static void F(values)(void) {
    F(logit_loss_bce) bce = {.reduction = LOGIT_LOSS_SUM};
    F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
    F(logit_loss_asymmetric) asymmetric = ASYMMETRIC_INIT;
    focal.reduction = asymmetric.reduction = LOGIT_LOSS_SUM;
    REAL loss, again;

/* After the gradient in `out`, the functions that are not compared with each row. */
#define OTHERS(family, column, ulps) \
    do { \
        OK(F(logit_loss_##family##_gradient)(&family, F(x), F(t), NULL, ROWS, F(second))); \
        CHECK(memcmp(F(out), F(second), sizeof F(out)) == 0, "bits of the gradient of " #family); \
        OK(F(logit_loss_##family##_loss)(&family, F(x), NULL, F(y), ROWS, &loss)); \
        F(near)("sum of " #family, 0, loss, total(&references[0].column, sizeof references[0]), ulps); \
        OK(F(logit_loss_##family##_loss_and_gradient)(&family, F(x), F(t), NULL, ROWS, F(second), &again)); \
        CHECK(memcmp(F(out), F(second), sizeof F(out)) == 0 && loss == again, "bits of " #family " in one pass"); \
        memcpy(F(second), F(x), sizeof F(x)); \
        OK(F(logit_loss_##family##_loss_and_gradient_in_place)(&family, F(second), NULL, F(y), ROWS, &again)); \
        CHECK(memcmp(F(out), F(second), sizeof F(out)) == 0 && loss == again, "bits of " #family " in place"); \
    } while (0)

    OK(F(logit_loss_bce_losses)(&bce, F(x), F(t), NULL, ROWS, F(out)));
    for (int i = 0; i < ROWS; i++) F(near)("loss", i, F(out)[i], references[i].loss, LOSS);
    OK(F(logit_loss_bce_gradient_and_hessian)(&bce, F(x), NULL, F(y), ROWS, F(out), F(second)));
    for (int i = 0; i < ROWS; i++) {
        F(near)("gradient", i, F(out)[i], references[i].gradient, GRADIENT);
        F(near)("Hessian", i, F(second)[i], references[i].hessian, HESSIAN);
    }
    OTHERS(bce, loss, SUM);

    OK(F(logit_loss_focal_losses)(&focal, F(x), NULL, F(y), ROWS, F(out)));
    for (int i = 0; i < ROWS; i++) F(near)("focal loss", i, F(out)[i], references[i].focal, FOCAL);
    OK(F(logit_loss_focal_gradient_and_hessian)(&focal, F(x), F(t), NULL, ROWS, F(out), F(second)));
    for (int i = 0; i < ROWS; i++) {
        F(near)("focal gradient", i, F(out)[i], references[i].focal_gradient, FOCAL);
        F(near_terms)("focal Hessian", i, F(second)[i], references[i].focal_hessian, references[i].focal_hessian_terms,
                      FOCAL);
    }
    OTHERS(focal, focal, FOCAL);

    OK(F(logit_loss_asymmetric_losses)(&asymmetric, F(x), NULL, F(y), ROWS, F(out)));
    for (int i = 0; i < ROWS; i++) {
        F(near)("asymmetric loss", i, F(out)[i], references[i].asymmetric, asymmetric_ulps(references[i].target));
    }
    OK(F(logit_loss_asymmetric_gradient_and_hessian)(&asymmetric, F(x), F(t), NULL, ROWS, F(out), F(second)));
    for (int i = 0; i < ROWS; i++) {
        const struct reference *r = &references[i];
        F(near)("asymmetric gradient", i, F(out)[i], r->asymmetric_gradient, asymmetric_ulps(r->target));
        F(near_terms)("asymmetric Hessian", i, F(second)[i], r->asymmetric_hessian, r->asymmetric_hessian_terms,
                      asymmetric_ulps(r->target) + 2);
    }
    OTHERS(asymmetric, asymmetric, asymmetric_ulps(0));
#undef OTHERS

    /* Zeroed, they are cross-entropy. */
    F(logit_loss_focal) plain = {.reduction = LOGIT_LOSS_SUM};
    F(logit_loss_asymmetric) symmetric = {.reduction = LOGIT_LOSS_SUM};
    OK(F(logit_loss_bce_loss)(&bce, F(x), F(t), NULL, ROWS, &loss));
    OK(F(logit_loss_focal_loss)(&plain, F(x), F(t), NULL, ROWS, &again));
    CHECK(loss == again, "%g, %g", (double)loss, (double)again);
    OK(F(logit_loss_asymmetric_losses)(&symmetric, F(x), F(t), NULL, ROWS, F(out)));
    for (int i = 0; i < ROWS; i++) F(near)("symmetric loss", i, F(out)[i], references[i].loss, SYMMETRIC);
}

/* Negatives at a margin of 1/2, which is that of a logit of 0, and just above it, where q = tanh(x / 2) / 2. */
static void F(margin)(void) {
    F(logit_loss_asymmetric) at = {.reduction = LOGIT_LOSS_SUM, .gamma_neg = 1, .margin = 0.5f};
    const REAL tiny = (REAL)ldexp(1, -20), x[4] = {(REAL)-INFINITY, 0, tiny, (REAL)INFINITY};
    const uint8_t y[4] = {0};
    const double q = (double)tiny / 4 * (1 - ldexp(1, -40) / 12);
    REAL losses[4], gradient[4], hessian[4];
    OK(F(logit_loss_asymmetric_losses)(&at, x, NULL, y, 4, losses));
    OK(F(logit_loss_asymmetric_gradient_and_hessian)(&at, x, NULL, y, 4, gradient, hessian));
    for (int i = 0; i < 2; i++) {
        CHECK(losses[i] == 0 && gradient[i] == 0 && hessian[i] == 0, "%g: %g, %g, %g", (double)x[i], (double)losses[i],
              (double)gradient[i], (double)hessian[i]);
    }
    F(near)("loss above the margin", 2, losses[2], q * (q + q * q / 2 + q * q * q / 3), ONE);
    F(near)("loss at infinity", 3, losses[3], 0.5 * 0.69314718055994530942, ONE);
    CHECK(gradient[3] == 0, "%g", (double)gradient[3]);

    at.gamma_neg = 0.5f;
    OK(F(logit_loss_asymmetric_gradient_and_hessian)(&at, x, NULL, y, 2, gradient, hessian));
    CHECK(gradient[1] == 0 && isinf(hessian[1]) && hessian[1] > 0, "%g, %g", (double)gradient[1], (double)hessian[1]);
    CHECK(hessian[0] == 0, "below: %g", (double)hessian[0]);
    at.margin = 0;
    OK(F(logit_loss_asymmetric_losses)(&at, x, NULL, y, 4, losses));
    CHECK(losses[0] == 0 && isinf(losses[3]) && losses[3] > 0, "%g, %g", (double)losses[0], (double)losses[3]);
}

static void F(activations)(void) {
#define COLUMN(function, column, ulps, ...) \
    do { \
        OK(F(logit_loss_##function)(__VA_ARGS__ F(x), ROWS, F(out))); \
        for (int i = 0; i < ROWS; i++) F(near)(#column, i, F(out)[i], references[i].column, ulps); \
        memcpy(F(second), F(x), sizeof F(x)); \
        OK(F(logit_loss_##function##_in_place)(__VA_ARGS__ F(second), ROWS)); \
        CHECK(memcmp(F(out), F(second), sizeof F(out)) == 0, #column " in place"); \
    } while (0)
    COLUMN(sigmoid, sigmoid, GRADIENT, );
    COLUMN(log_sigmoid, log_sigmoid, LOSS, );
    COLUMN(softplus, softplus, LOSS, 1, );
    COLUMN(softplus, softplus2, SOFTPLUS2, 2, );
#undef COLUMN
}

/* The factor of an element. */
static double F(factor)(const F(logit_loss_weights) *of, size_t i) {
    if (of->kind == LOGIT_LOSS_WEIGHTS_NONE) return 1;
    if (of->kind == LOGIT_LOSS_WEIGHTS_PER_PIXEL) {
        size_t pixels = of->repeat, sample = i / (ROWS / of->len * pixels);
        return (double)of->values[sample * pixels + i % pixels];
    }
    size_t repeat = of->repeat == 0 ? 1 : of->repeat;
    return (double)of->values[i / repeat % of->len];
}

/* Rows as samples of two classes, weights powers of two: what is exact stays so. */
static void F(weights)(void) {
    static const REAL values[ROWS] = {4,    1, 0.5f, 2, 0.25f, 8, 1,     2, 4, 0.5f, 1, 2, 4, 8, 16,
                                      0.5f, 1, 2,    2, 4,     1, 1, 0.25f, 2, 4, 1,    8, 8, 1, 2};
    const struct { uint32_t kind; size_t len, repeat; } tilings[] = {
        {LOGIT_LOSS_WEIGHTS_UNIFORM, 1, 0},       {LOGIT_LOSS_WEIGHTS_PER_CLASS, 2, 0},
        {LOGIT_LOSS_WEIGHTS_PER_CHANNEL, 5, 3},   {LOGIT_LOSS_WEIGHTS_PER_SAMPLE, ROWS / 2, 2},
        {LOGIT_LOSS_WEIGHTS_PER_ELEMENT, ROWS, 0}, {LOGIT_LOSS_WEIGHTS_PER_PIXEL, 10, 5},
        {LOGIT_LOSS_WEIGHTS_NONE, 0, 0},
    };
    enum { TILINGS = sizeof tilings / sizeof tilings[0] };
    for (size_t a = 0; a < TILINGS * TILINGS; a++) {
        /* Of the weight, the positive weight, and the class weight: of those, any two meet. */
        const size_t which[3] = {a % TILINGS, a / TILINGS, (a % TILINGS + 2 * (a / TILINGS)) % TILINGS};
        F(logit_loss_weights) given[3];
        for (int k = 0; k < 3; k++) {
            size_t n = which[k];
            given[k].values = tilings[n].len == 0 ? NULL : values;
            given[k].len = tilings[n].len;
            given[k].repeat = tilings[n].repeat;
            given[k].kind = tilings[n].kind;
        }
        F(logit_loss_bce) bce = {.weight = given[0], .pos_weight = given[1], .class_weight = given[2],
                                 .reduction = LOGIT_LOSS_WEIGHTED_MEAN};
        F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
        focal.weight = given[0];
        focal.pos_weight = given[1];
        focal.class_weight = given[2];
        F(logit_loss_asymmetric) asymmetric = ASYMMETRIC_INIT;
        asymmetric.weight = given[0];
        asymmetric.class_weight = given[2];
        double weight[ROWS], cost[ROWS], exact[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            weight[i] = F(factor)(&given[0], i) * F(factor)(&given[2], i);
            cost[i] = weight[i] * (references[i].target != 0 ? F(factor)(&given[1], i) : 1);
            exact[i] = cost[i] * references[i].loss;
        }
        double weights = total(weight, sizeof weight[0]), sum = total(exact, sizeof exact[0]);
        OK(F(logit_loss_bce_losses)(&bce, F(x), F(t), NULL, ROWS, F(out)));
        for (int i = 0; i < ROWS; i++) F(near)("weighted loss", i, F(out)[i], exact[i], WEIGHTED);
        OK(F(logit_loss_focal_losses)(&focal, F(x), NULL, F(y), ROWS, F(out)));
        for (int i = 0; i < ROWS; i++) {
            F(near)("weighted focal loss", i, F(out)[i], cost[i] * references[i].focal, FOCAL);
        }
        OK(F(logit_loss_asymmetric_losses)(&asymmetric, F(x), NULL, F(y), ROWS, F(out)));
        for (int i = 0; i < ROWS; i++) {
            F(near)("weighted asymmetric loss", i, F(out)[i], weight[i] * references[i].asymmetric,
                    asymmetric_ulps(references[i].target));
        }
        REAL loss;
        OK(F(logit_loss_bce_loss)(&bce, F(x), NULL, F(y), ROWS, &loss));
        F(near)("weighted mean", (int)a, loss, sum / weights, SUM + HALF_ULP_OF_REFERENCE);
        bce.reduction = LOGIT_LOSS_MEAN;
        OK(F(logit_loss_bce_loss)(&bce, F(x), NULL, F(y), ROWS, &loss));
        F(near)("mean", (int)a, loss, sum / ROWS, SUM + HALF_ULP_OF_REFERENCE);
        bce.reduction = LOGIT_LOSS_SUM;
        OK(F(logit_loss_bce_gradient_and_hessian)(&bce, F(x), F(t), NULL, ROWS, F(out), F(second)));
        for (int i = 0; i < ROWS; i++) {
            F(near)("weighted gradient", i, F(out)[i], cost[i] * references[i].gradient, WEIGHTED);
            F(near)("weighted Hessian", i, F(second)[i], cost[i] * references[i].hessian, WEIGHTED_HESSIAN);
        }
    }
}

static void F(limits)(void) {
    const REAL x[5] = {(REAL)INFINITY, (REAL)-INFINITY, (REAL)INFINITY, (REAL)-INFINITY, (REAL)NAN};
    const REAL weight[5] = {1, 1, 2, 1, 0}, p = 3;
    const uint8_t y[5] = {1, 0, 0, 1, 1};
    F(logit_loss_bce) bce = {.weight = {weight, 5, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT},
                             .pos_weight = {&p, 1, 0, LOGIT_LOSS_WEIGHTS_UNIFORM}, .reduction = LOGIT_LOSS_SUM};
    REAL losses[5], gradient[5], loss;
    OK(F(logit_loss_bce_losses)(&bce, x, NULL, y, 5, losses));
    CHECK(losses[0] == 0 && losses[1] == 0 && losses[4] == 0, "a right answer, or none, costs nothing");
    CHECK(isinf(losses[2]) && isinf(losses[3]) && losses[2] > 0 && losses[3] > 0, "a wrong one costs everything");
    OK(F(logit_loss_bce_loss_and_gradient)(&bce, x, NULL, y, 5, gradient, &loss));
    CHECK(isinf(loss) && loss > 0, "%g", (double)loss);
    const REAL slopes[5] = {0, 0, 2, -3, 0};
    for (int i = 0; i < 5; i++) CHECK(gradient[i] == slopes[i], "%d: %g", i, (double)gradient[i]);
    /* With another weight a NaN is seen. */
    bce.weight.kind = LOGIT_LOSS_WEIGHTS_NONE;
    bce.weight.values = NULL;
    bce.weight.len = 0;
    OK(F(logit_loss_bce_losses)(&bce, x, NULL, y, 5, losses));
    CHECK(isnan(losses[4]), "%g", (double)losses[4]);

    /* Smoothed by a half, a positive is a target of 3/4, whose loss is exact at 0. */
    const REAL zero = 0, soft = 0.75f;
    F(logit_loss_bce) smoothed = {.label_smoothing = 0.5f, .reduction = LOGIT_LOSS_SUM};
    REAL slope;
    OK(F(logit_loss_bce_loss_and_gradient)(&smoothed, &zero, NULL, y, 1, &slope, &loss));
    F(near)("smoothed loss", 0, loss, 0.69314718055994530942, WEIGHTED);
    CHECK(fabs((double)slope + 0.25) <= 4 * F(ulp)(1), "%g", (double)slope);
    OK(F(logit_loss_bce_loss_and_gradient)(NULL, &zero, &soft, NULL, 1, &slope, &loss));
    F(near)("soft loss", 0, loss, 0.69314718055994530942, WEIGHTED);
    CHECK(fabs((double)slope + 0.25) <= 4 * F(ulp)(1), "%g", (double)slope);

    /* Of nothing. */
    bce.pos_weight.kind = LOGIT_LOSS_WEIGHTS_NONE;
    bce.pos_weight.values = NULL;
    bce.pos_weight.len = 0;
    OK(F(logit_loss_bce_loss)(&bce, NULL, NULL, NULL, 0, &loss));
    CHECK(loss == 0, "%g", (double)loss);
    OK(F(logit_loss_bce_losses)(NULL, NULL, NULL, NULL, 0, NULL));
    OK(F(logit_loss_sigmoid)(NULL, 0, NULL));
    OK(F(logit_loss_sigmoid_in_place)(NULL, 0));
}

static void F(sums)(void) {
    const REAL weight[ROWS / 2] = {1, 2, 0, 1, 1, 1, 4, 1, 1, 1, 1, 1, 1, 1, 1};
    F(logit_loss_bce) bce = {.weight = {weight, ROWS / 2, 0, LOGIT_LOSS_WEIGHTS_PER_CLASS}};
    double exact[ROWS], weights = 0;
    logit_loss_sum sum = {{0}}, focal_sum = {{0}}, asymmetric_sum = {{0}};
    REAL found;
    for (uint32_t mean = LOGIT_LOSS_MEAN; mean <= LOGIT_LOSS_WEIGHTED_MEAN; mean++) {
        CHECK(F(logit_loss_sum_reduce)(&sum, mean, &found) == LOGIT_LOSS_STATUS_EMPTY_MEAN, "%d", (int)mean);
    }
    OK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_SUM, &found));
    CHECK(found == 0, "%g", (double)found);
    OK(F(logit_loss_bce_accumulate)(&bce, F(x), F(t), NULL, ROWS / 2, &sum));
    OK(F(logit_loss_bce_accumulate)(&bce, F(x) + ROWS / 2, NULL, F(y) + ROWS / 2, ROWS / 2, &sum));
    for (int i = 0; i < ROWS; i++) {
        exact[i] = (double)weight[i % (ROWS / 2)] * references[i].loss;
        weights += (double)weight[i % (ROWS / 2)];
    }
    double whole = total(exact, sizeof exact[0]);
    OK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_SUM, &found));
    F(near)("sum", 0, found, whole, SUM);
    OK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_MEAN, &found));
    F(near)("mean", 0, found, whole / ROWS, SUM + HALF_ULP_OF_REFERENCE);
    OK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_WEIGHTED_MEAN, &found));
    F(near)("weighted mean", 0, found, whole / weights, SUM + HALF_ULP_OF_REFERENCE);

    F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
    OK(F(logit_loss_focal_accumulate)(&focal, F(x), NULL, F(y), ROWS, &focal_sum));
    OK(F(logit_loss_sum_reduce)(&focal_sum, LOGIT_LOSS_SUM, &found));
    F(near)("focal sum", 0, found, total(&references[0].focal, sizeof references[0]), FOCAL);
    F(logit_loss_asymmetric) asymmetric = ASYMMETRIC_INIT;
    OK(F(logit_loss_asymmetric_accumulate)(&asymmetric, F(x), NULL, F(y), ROWS, &asymmetric_sum));
    OK(F(logit_loss_sum_reduce)(&asymmetric_sum, LOGIT_LOSS_SUM, &found));
    F(near)("asymmetric sum", 0, found, total(&references[0].asymmetric, sizeof references[0]), asymmetric_ulps(0));

    found = 7;
    CHECK(F(logit_loss_sum_reduce)(NULL, LOGIT_LOSS_SUM, &found) == LOGIT_LOSS_STATUS_NULL, "sum");
    CHECK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_SUM, NULL) == LOGIT_LOSS_STATUS_NULL, "result");
    CHECK(F(logit_loss_sum_reduce)(&sum, 3, &found) == LOGIT_LOSS_STATUS_REDUCTION, "reduction");
    CHECK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_SUM, F(odd)(&found)) == LOGIT_LOSS_STATUS_MISALIGNED, "result");
    CHECK(found == 7, "%g", (double)found);
}

/* The third element is not there, in every way: what is found is what the others have alone. */
static void F(missing)(void) {
    const REAL x[4] = {0, 2, (REAL)NAN, 1}, rest[3] = {0, 2, 1}, reals[4] = {0, 1, (REAL)NAN, 1};
    const uint8_t bytes[4] = {0, 1, 255, 1}, mask[4] = {1, 1, 0, 1}, rest_labels[3] = {0, 1, 1};
    const int8_t int8[4] = {0, 1, -1, 1};
    const int32_t int32[4] = {0, 1, 7, 1};
    const int64_t int64[4] = {0, 1, -100, 1};
    const double mean = 0.37777895970704687;
    struct {
        const REAL *targets;
        const uint8_t *labels;
        F(logit_loss_bce) bce;
    } const ways[] = {
        {NULL, bytes, {.ignored = 255, .has_ignored = 1}},
        {NULL, NULL, {.labels_int8 = int8, .ignored = -1, .has_ignored = 1}},
        {NULL, NULL, {.labels_int32 = int32, .mask = mask}},
        {NULL, NULL, {.labels_int32 = int32, .ignored = 7, .has_ignored = 1}},
        {NULL, NULL, {.labels_int64 = int64, .ignored = -100, .has_ignored = 1}},
        {reals, NULL, {.ignored = (REAL)NAN, .has_ignored = 1}},
        {NULL, bytes, {.size = sizeof(F(logit_loss_bce)), .mask = mask}},
        {reals, NULL, {.mask = mask}},
    };
    REAL of_rest, alone[3], loss, gradient[4];
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const F(logit_loss_bce) *bce = &ways[i].bce;
        OK(F(logit_loss_bce_loss)(bce, x, ways[i].targets, ways[i].labels, 4, &loss));
        F(near)("mean of what is there", (int)i, loss, mean, SUM);
        OK(F(logit_loss_bce_losses)(bce, x, ways[i].targets, ways[i].labels, 4, gradient));
        CHECK(gradient[2] == 0 && gradient[0] > 0, "losses of %d", (int)i);
        OK(F(logit_loss_bce_gradient)(bce, x, ways[i].targets, ways[i].labels, 4, gradient));
        F(near)("gradient of what is there", (int)i, gradient[0], 0.5 / 3, GRADIENT + 1);
        CHECK(gradient[2] == 0, "gradient of %d", (int)i);
        logit_loss_sum sum = {{0}};
        OK(F(logit_loss_bce_accumulate)(bce, x, ways[i].targets, ways[i].labels, 4, &sum));
        OK(F(logit_loss_sum_reduce)(&sum, LOGIT_LOSS_MEAN, &loss));
        F(near)("mean of a sum", (int)i, loss, mean, SUM);

#define ALONE(family, INIT) \
    do { \
        F(logit_loss_##family) family = INIT; \
        OK(F(logit_loss_##family##_loss_and_gradient)(&family, rest, NULL, rest_labels, 3, alone, &of_rest)); \
        family.size = bce->size == 0 ? 0 : sizeof family; \
        family.labels_int8 = bce->labels_int8; \
        family.labels_int32 = bce->labels_int32; \
        family.labels_int64 = bce->labels_int64; \
        family.mask = bce->mask; \
        family.ignored = bce->ignored; \
        family.has_ignored = bce->has_ignored; \
        OK(F(logit_loss_##family##_loss_and_gradient)(&family, x, ways[i].targets, ways[i].labels, 4, gradient, \
                                                      &loss)); \
        CHECK(loss == of_rest, #family " loss of %d: %g, %g", (int)i, (double)loss, (double)of_rest); \
        CHECK(gradient[0] == alone[0] && gradient[1] == alone[1] && gradient[2] == 0 && gradient[3] == alone[2], \
              #family " gradient of %d", (int)i); \
    } while (0)
        ALONE(focal, LOGIT_LOSS_FOCAL_INIT);
        ALONE(asymmetric, ASYMMETRIC_INIT);
#undef ALONE
    }

    /* What has no label needs one no more if its weight is 0, and is counted by the mean. */
    const REAL weight[4] = {1, 1, 0, 1};
    F(logit_loss_bce) bce = {.class_weight = {weight, 4, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT}, .labels_int64 = int64};
    OK(F(logit_loss_bce_loss)(&bce, x, NULL, NULL, 4, &loss));
    F(near)("mean of weights", 0, loss, mean * 3 / 4, SUM);
    bce.reduction = LOGIT_LOSS_WEIGHTED_MEAN;
    OK(F(logit_loss_bce_loss)(&bce, x, NULL, NULL, 4, &loss));
    F(near)("weighted mean of weights", 0, loss, mean, SUM);
}

#include "errors.h"

static void F(all)(void) {
    F(set)();
    F(values)();
    F(margin)();
    F(activations)();
    F(weights)();
    F(limits)();
    F(sums)();
    F(missing)();
    F(errors)();
}
