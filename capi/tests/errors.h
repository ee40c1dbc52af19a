/* The errors of one type, and that nothing is written then: included by typed.h. */

/* What is given to a function, and what it may write: all in one place, so that all of it can be compared. */
struct F(given) {
    const void *options;
    REAL *logits;
    const REAL *targets;
    const uint8_t *labels;
    size_t len;
    REAL *first, *second, *loss;
    logit_loss_sum *sum;
};

static struct F(memory) {
    REAL logits[8], targets[8], first[8], second[8], loss[2], weight[8];
    uint8_t labels[8];
    logit_loss_sum sum;
} F(memory), F(before);

#define CALLS(family) \
    static logit_loss_status F(family##_loss)(struct F(given) g) { \
        return F(logit_loss_##family##_loss)(g.options, g.logits, g.targets, g.labels, g.len, g.loss); \
    } \
    static logit_loss_status F(family##_losses)(struct F(given) g) { \
        return F(logit_loss_##family##_losses)(g.options, g.logits, g.targets, g.labels, g.len, g.first); \
    } \
    static logit_loss_status F(family##_gradient)(struct F(given) g) { \
        return F(logit_loss_##family##_gradient)(g.options, g.logits, g.targets, g.labels, g.len, g.first); \
    } \
    static logit_loss_status F(family##_both)(struct F(given) g) { \
        return F(logit_loss_##family##_loss_and_gradient)(g.options, g.logits, g.targets, g.labels, g.len, \
            g.first, g.loss); \
    } \
    static logit_loss_status F(family##_in_place)(struct F(given) g) { \
        return F(logit_loss_##family##_loss_and_gradient_in_place)(g.options, g.logits, g.targets, g.labels, g.len, \
            g.loss); \
    } \
    static logit_loss_status F(family##_hessian)(struct F(given) g) { \
        return F(logit_loss_##family##_gradient_and_hessian)(g.options, g.logits, g.targets, g.labels, g.len, \
            g.first, g.second); \
    } \
    static logit_loss_status F(family##_accumulate)(struct F(given) g) { \
        return F(logit_loss_##family##_accumulate)(g.options, g.logits, g.targets, g.labels, g.len, g.sum); \
    }
CALLS(bce)
CALLS(focal)
#undef CALLS

static const struct F(call) {
    const char *name;
    logit_loss_status (*call)(struct F(given));
    bool focal, first, second, loss, sum, mean;
} F(calls)[] = {
    {"bce_loss", F(bce_loss), false, false, false, true, false, true},
    {"bce_losses", F(bce_losses), false, true, false, false, false, false},
    {"bce_gradient", F(bce_gradient), false, true, false, false, false, true},
    {"bce_loss_and_gradient", F(bce_both), false, true, false, true, false, true},
    {"bce_in_place", F(bce_in_place), false, false, false, true, false, true},
    {"bce_gradient_and_hessian", F(bce_hessian), false, true, true, false, false, true},
    {"bce_accumulate", F(bce_accumulate), false, false, false, false, true, false},
    {"focal_loss", F(focal_loss), true, false, false, true, false, true},
    {"focal_losses", F(focal_losses), true, true, false, false, false, false},
    {"focal_gradient", F(focal_gradient), true, true, false, false, false, true},
    {"focal_loss_and_gradient", F(focal_both), true, true, false, true, false, true},
    {"focal_in_place", F(focal_in_place), true, false, false, true, false, true},
    {"focal_gradient_and_hessian", F(focal_hessian), true, true, true, false, false, true},
    {"focal_accumulate", F(focal_accumulate), true, false, false, false, true, false},
};

static void F(rejects)(const struct F(call) *c, const char *why, struct F(given) given, logit_loss_status expected) {
    logit_loss_status status = c->call(given);
    CHECK(status == expected, "%s, %s: %s", c->name, why, logit_loss_error_message(status));
    CHECK(memcmp(&F(memory), &F(before), sizeof F(memory)) == 0, "%s, %s: written", c->name, why);
    memcpy(&F(memory), &F(before), sizeof F(memory));
}

static void F(pointers)(const struct F(call) *c, struct F(given) good) {
    struct F(given) g;
#define REJECTS(status, ...) \
    do { \
        g = good; \
        __VA_ARGS__; \
        F(rejects)(c, #__VA_ARGS__, g, LOGIT_LOSS_STATUS_##status); \
    } while (0)
    if (c->focal) REJECTS(NULL, g.options = NULL);
    REJECTS(MISALIGNED, g.options = (const char *)good.options + 1);
    REJECTS(NULL, g.logits = NULL);
    REJECTS(NULL, g.targets = NULL);
    REJECTS(MISALIGNED, g.logits = F(odd)(good.logits));
    REJECTS(MISALIGNED, g.targets = F(odd)(F(memory).targets));
    REJECTS(TWO_TARGETS, g.labels = F(memory).labels);
    REJECTS(TOO_LONG, g.len = SIZE_MAX / sizeof(REAL) / 2 + 1);
    REJECTS(TOO_LONG, g.len = SIZE_MAX / 2 + 2);
    REJECTS(TOO_LONG, g.len = SIZE_MAX);
    if (c->first) {
        REJECTS(NULL, g.first = NULL);
        REJECTS(MISALIGNED, g.first = F(odd)(good.first));
        REJECTS(OVERLAP, g.first = good.logits);
        REJECTS(OVERLAP, g.first = good.logits + 3);
        REJECTS(OVERLAP, g.logits = good.first + 3);
        REJECTS(OVERLAP, g.first = F(memory).targets);
        REJECTS(OVERLAP, g.first = F(memory).weight + 1);
        REJECTS(OVERLAP, g.targets = NULL; g.labels = (const uint8_t *)&good.first[3] + sizeof(REAL) - 1);
    }
    if (c->second) {
        REJECTS(NULL, g.second = NULL);
        REJECTS(MISALIGNED, g.second = F(odd)(good.second));
        REJECTS(OVERLAP, g.second = good.logits + 1);
        REJECTS(OVERLAP, g.second = good.first);
        REJECTS(OVERLAP, g.second = good.first + 3);
        REJECTS(OVERLAP, g.second = F(memory).targets);
    }
    if (c->loss) {
        REJECTS(NULL, g.loss = NULL);
        REJECTS(MISALIGNED, g.loss = F(odd)(good.loss));
        REJECTS(OVERLAP, g.loss = good.logits + 3);
        REJECTS(OVERLAP, g.loss = F(memory).targets);
        REJECTS(OVERLAP, g.loss = F(memory).weight);
        if (c->first) REJECTS(OVERLAP, g.loss = good.first);
    }
    if (c->sum) {
        REJECTS(NULL, g.sum = NULL);
        REJECTS(OVERLAP, g.sum = (logit_loss_sum *)(void *)good.logits);
    }
    if (!c->first && !c->second && c->loss && strstr(c->name, "in_place") != NULL) {
        REJECTS(OVERLAP, g.logits = F(memory).targets);
        REJECTS(OVERLAP, g.logits = F(memory).weight);
    }
    if (c->mean) REJECTS(WEIGHT_TILING, g.len = 0);
#undef REJECTS
}

/* Neighbours do not overlap, and inputs may. */
static void F(touching)(const struct F(call) *c, struct F(given) g) {
    g.len = 2;
    g.options = NULL;
    F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
    if (c->focal) g.options = &focal;
    g.targets = g.logits + 2;
    g.first = g.logits + 4;
    g.second = g.logits + 6;
    g.loss = F(memory).targets;
    OK(c->call(g));
    g.loss = g.logits + 4;
    if (!c->first) OK(c->call(g));
    g.targets = g.logits;
    g.loss = F(memory).targets;
    if (strstr(c->name, "in_place") == NULL) OK(c->call(g));
    memcpy(&F(memory), &F(before), sizeof F(memory));
}

static void F(bad_options)(const struct F(call) *c, struct F(given) given) {
    const REAL one = 1, bad[4] = {-1, (REAL)INFINITY, (REAL)NAN, (REAL)-1e-30f};
    const REAL beyond_one[4] = {(REAL)-1e-30f, (REAL)1.5f, (REAL)INFINITY, (REAL)NAN};
    const REAL beyond_64[4] = {(REAL)-1e-30f, (REAL)64.5f, (REAL)INFINITY, (REAL)NAN};
    const F(logit_loss_weights) good = {F(memory).weight, 4, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT};
    const F(logit_loss_weights) one_for_all = {&one, 1, 0, LOGIT_LOSS_WEIGHTS_UNIFORM};
    F(logit_loss_bce) bce;
    F(logit_loss_focal) focal;
    given.options = c->focal ? (const void *)&focal : (const void *)&bce;
    /* Sets one field of either. */
#define BOTH(field, value) bce.field = focal.field = (value)
#define REJECTS(status, ...) \
    do { \
        memset(&bce, 0, sizeof bce); \
        memset(&focal, 0, sizeof focal); \
        bce.weight = focal.weight = bce.pos_weight = good; \
        __VA_ARGS__; \
        F(rejects)(c, #__VA_ARGS__, given, LOGIT_LOSS_STATUS_##status); \
    } while (0)
    REJECTS(NULL, BOTH(weight.values, NULL));
    REJECTS(MISALIGNED, BOTH(weight.values, F(odd)(F(memory).weight)));
    REJECTS(TOO_LONG, BOTH(weight.len, SIZE_MAX));
    REJECTS(KIND, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_NONE));
    REJECTS(KIND, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_NONE); BOTH(weight.len, 0));
    REJECTS(KIND, BOTH(weight.kind, 6));
    REJECTS(KIND, BOTH(weight.kind, UINT32_MAX));
    REJECTS(REDUCTION, BOTH(reduction, 3));
    REJECTS(WEIGHT_TILING, BOTH(weight.len, 0));
    REJECTS(WEIGHT_TILING, BOTH(weight.len, 3));
    REJECTS(WEIGHT_TILING, BOTH(weight.len, 8));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_UNIFORM));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_PER_CLASS); BOTH(weight.len, 3));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_PER_CHANNEL));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_PER_CHANNEL); BOTH(weight.repeat, 2));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_PER_CHANNEL); BOTH(weight.repeat, SIZE_MAX));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_PER_SAMPLE));
    REJECTS(WEIGHT_TILING, BOTH(weight.kind, LOGIT_LOSS_WEIGHTS_PER_SAMPLE); BOTH(weight.repeat, 2));
    for (int i = 0; i < 4; i++) {
        F(memory).weight[3] = F(before).weight[3] = bad[i];
        REJECTS(WEIGHT, bce.pos_weight.len = 2; bce.pos_weight.kind = LOGIT_LOSS_WEIGHTS_PER_CLASS);
        if (!c->focal) REJECTS(POS_WEIGHT, bce.weight.len = 2; bce.weight.kind = LOGIT_LOSS_WEIGHTS_PER_CLASS);
        F(memory).weight[3] = F(before).weight[3] = 1;
        REJECTS(LABEL_SMOOTHING, BOTH(label_smoothing, beyond_one[i]));
        if (c->focal) REJECTS(ALPHA, focal.alpha = beyond_one[i]; focal.has_alpha = 1);
        if (c->focal) REJECTS(GAMMA, focal.gamma = beyond_64[i]);
    }
    if (!c->focal) {
        REJECTS(NULL, bce.pos_weight.values = NULL);
        REJECTS(MISALIGNED, bce.pos_weight.values = F(odd)(F(memory).weight));
        REJECTS(KIND, bce.pos_weight.kind = 6);
        REJECTS(POS_WEIGHT_TILING, bce.pos_weight.len = 3);
        REJECTS(POS_WEIGHT_TILING, bce.pos_weight.len = 0);
        REJECTS(POS_WEIGHT_TILING, bce.pos_weight.kind = LOGIT_LOSS_WEIGHTS_UNIFORM);
        if (c->first) REJECTS(OVERLAP, bce.weight = one_for_all; bce.pos_weight.values = given.first);
    }
    if (c->mean) {
        for (int i = 0; i < 4; i++) F(memory).weight[i] = F(before).weight[i] = 0;
        REJECTS(EMPTY_MEAN, BOTH(reduction, LOGIT_LOSS_WEIGHTED_MEAN));
        for (int i = 0; i < 4; i++) F(memory).weight[i] = F(before).weight[i] = 1;
        given.len = 0;
        REJECTS(EMPTY_MEAN, bce.weight = focal.weight = bce.pos_weight = one_for_all);
    }
#undef REJECTS
#undef BOTH
}

static void F(bad_activations)(void) {
    struct F(memory) *m = &F(memory);
    const REAL bad[4] = {0, (REAL)NAN, (REAL)INFINITY, -1};
#define REJECTS(status, call) \
    do { \
        CHECK((call) == LOGIT_LOSS_STATUS_##status, "in %d", __LINE__); \
        CHECK(memcmp(m, &F(before), sizeof F(before)) == 0, "written in %d", __LINE__); \
    } while (0)
#define ALL(function, ...) \
    REJECTS(NULL, F(function)(__VA_ARGS__ NULL, 4, m->first)); \
    REJECTS(NULL, F(function)(__VA_ARGS__ m->logits, 4, NULL)); \
    REJECTS(NULL, F(function##_in_place)(__VA_ARGS__ NULL, 4)); \
    REJECTS(MISALIGNED, F(function)(__VA_ARGS__ F(odd)(m->logits), 4, m->first)); \
    REJECTS(MISALIGNED, F(function)(__VA_ARGS__ m->logits, 4, F(odd)(m->first))); \
    REJECTS(MISALIGNED, F(function##_in_place)(__VA_ARGS__ F(odd)(m->logits), 4)); \
    REJECTS(TOO_LONG, F(function)(__VA_ARGS__ m->logits, SIZE_MAX, m->first)); \
    REJECTS(TOO_LONG, F(function##_in_place)(__VA_ARGS__ m->logits, SIZE_MAX)); \
    REJECTS(OVERLAP, F(function)(__VA_ARGS__ m->logits, 4, m->logits)); \
    REJECTS(OVERLAP, F(function)(__VA_ARGS__ m->logits, 4, m->logits + 3))
    ALL(logit_loss_sigmoid, );
    ALL(logit_loss_log_sigmoid, );
    ALL(logit_loss_softplus, 1, );
    for (int i = 0; i < 4; i++) {
        REJECTS(BETA, F(logit_loss_softplus)(bad[i], m->logits, 4, m->first));
        REJECTS(BETA, F(logit_loss_softplus_in_place)(bad[i], m->logits, 4));
    }
#undef ALL
#undef REJECTS
}

static void F(errors)(void) {
    struct F(memory) *m = &F(memory);
    memset(m, 0, sizeof *m);
    for (int i = 0; i < 8; i++) {
        m->logits[i] = (REAL)(i - 4);
        m->labels[i] = (uint8_t)(i % 2);
        m->targets[i] = m->labels[i];
        m->weight[i] = 1;
        m->first[i] = m->second[i] = (REAL)7.5f;
    }
    m->loss[0] = m->loss[1] = (REAL)7.5f;
    memcpy(&F(before), m, sizeof *m);

    const F(logit_loss_weights) weight = {m->weight, 4, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT};
    const F(logit_loss_bce) bce = {weight, {0}, 0, LOGIT_LOSS_MEAN};
    const F(logit_loss_focal) focal = {weight, 0, LOGIT_LOSS_MEAN, (REAL)0.25f, 2, 1};
    for (size_t i = 0; i < sizeof F(calls) / sizeof F(calls)[0]; i++) {
        const struct F(call) *c = &F(calls)[i];
        const struct F(given) good = {c->focal ? (const void *)&focal : (const void *)&bce,
                                      m->logits, m->targets, NULL, 4, m->first, m->second, m->loss, &m->sum};
        /* It is an error's fault if it fails, not that of the rest; and writing is noticed. */
        OK(c->call(good));
        CHECK(memcmp(m, &F(before), sizeof *m) != 0, "%s: nothing written", c->name);
        memcpy(m, &F(before), sizeof *m);
        F(pointers)(c, good);
        F(touching)(c, good);
        F(bad_options)(c, good);
    }
    F(bad_activations)();
}
