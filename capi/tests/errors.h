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
    REAL logits[8], targets[8], first[8], second[8], loss[2], weight[8], mask[8];
    int64_t int64[8];
    int32_t int32[8];
    int8_t int8[8];
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
CALLS(asymmetric)
#undef CALLS

static const struct F(call) {
    const char *name;
    logit_loss_status (*call)(struct F(given));
    enum family family;
    bool first, second, loss, sum, mean;
} F(calls)[] = {
#define CALLS(family, FAMILY) \
    {#family "_loss", F(family##_loss), FAMILY, false, false, true, false, true}, \
    {#family "_losses", F(family##_losses), FAMILY, true, false, false, false, false}, \
    {#family "_gradient", F(family##_gradient), FAMILY, true, false, false, false, true}, \
    {#family "_loss_and_gradient", F(family##_both), FAMILY, true, false, true, false, true}, \
    {#family "_in_place", F(family##_in_place), FAMILY, false, false, true, false, true}, \
    {#family "_gradient_and_hessian", F(family##_hessian), FAMILY, true, true, false, false, true}, \
    {#family "_accumulate", F(family##_accumulate), FAMILY, false, false, false, true, false}
    CALLS(bce, OF_BCE),
    CALLS(focal, OF_FOCAL),
    CALLS(asymmetric, OF_ASYMMETRIC),
#undef CALLS
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
    if (c->family != OF_BCE) REJECTS(NULL, g.options = NULL);
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
    const F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
    const F(logit_loss_asymmetric) asymmetric = ASYMMETRIC_INIT;
    g.options = OPTIONS(c, NULL, &focal, &asymmetric);
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

/* Options may be written over: they are read first. */
static void F(over_options)(const struct F(call) *c, struct F(given) g) {
    F(logit_loss_bce) bce = {.reduction = LOGIT_LOSS_SUM};
    F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
    F(logit_loss_asymmetric) asymmetric = ASYMMETRIC_INIT;
    REAL *smoothing[] = {&bce.label_smoothing, &focal.label_smoothing, &asymmetric.label_smoothing};
    REAL *over = smoothing[c->family], **output = c->first ? &g.first : &g.loss;
    g.options = OPTIONS(c, &bce, &focal, &asymmetric);
    g.logits += 7;
    g.len = 1;
    OK(c->call(g));
    REAL elsewhere = **output;
    memcpy(&F(memory), &F(before), sizeof F(memory));
    *output = over;
    OK(c->call(g));
    CHECK(*over == elsewhere && elsewhere != 0, "%s: %g, %g", c->name, (double)*over, (double)elsewhere);
    memcpy(&F(memory), &F(before), sizeof F(memory));
}

/* With weights and no other options, but for what the test sets. */
#define REJECTS(status, ...) \
    do { \
        memset(&bce, 0, sizeof bce); \
        memset(&focal, 0, sizeof focal); \
        memset(&asymmetric, 0, sizeof asymmetric); \
        ALL(weight, good); \
        ALL(class_weight, good); \
        BOTH(pos_weight, good); \
        g = given; \
        __VA_ARGS__; \
        F(rejects)(c, #__VA_ARGS__, g, LOGIT_LOSS_STATUS_##status); \
    } while (0)
/* Sets one field of each, or of those that have positive weights. */
#define ALL(field, value) asymmetric.field = BOTH(field, value)
#define BOTH(field, value) bce.field = focal.field = (value)

static void F(bad_options)(const struct F(call) *c, struct F(given) given) {
    const REAL one = 1, bad[4] = {-1, (REAL)INFINITY, (REAL)NAN, (REAL)-1e-30f};
    const REAL beyond_one[4] = {(REAL)-1e-30f, (REAL)1.5f, (REAL)INFINITY, (REAL)NAN};
    const REAL beyond_64[4] = {(REAL)-1e-30f, (REAL)64.5f, (REAL)INFINITY, (REAL)NAN};
    const F(logit_loss_weights) good = {F(memory).weight, 4, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT};
    const F(logit_loss_weights) first_two = {F(memory).weight, 2, 0, LOGIT_LOSS_WEIGHTS_PER_CLASS};
    const F(logit_loss_weights) one_for_all = {&one, 1, 0, LOGIT_LOSS_WEIGHTS_UNIFORM};
    const uint8_t nothing[4] = {0, 0, 0, 0}, no_mask[4] = {1, 0, 2, 1}, no_mask_either[4] = {1, 1, 1, 255};
    F(logit_loss_bce) bce;
    F(logit_loss_focal) focal;
    F(logit_loss_asymmetric) asymmetric;
    struct F(given) g;
    given.options = OPTIONS(c, &bce, &focal, &asymmetric);
    REJECTS(SIZE, ALL(size, 1));
    REJECTS(SIZE, ALL(size, UINT32_MAX));
    const uint32_t sizes[] = {sizeof bce, sizeof focal, sizeof asymmetric};
    REJECTS(SIZE, ALL(size, sizes[c->family] - 4));
    REJECTS(SIZE, ALL(size, sizes[c->family] + 4));
    REJECTS(SIZE, ALL(size, sizes[(c->family + 1) % 3]));
    REJECTS(REDUCTION, ALL(reduction, 3));
    REJECTS(MASK, ALL(mask, no_mask));
    REJECTS(MASK, ALL(mask, no_mask_either));
#define REJECTS_WEIGHTS(SET, field, STATUS) \
    do { \
        REJECTS(NULL, SET(field.values, NULL)); \
        REJECTS(MISALIGNED, SET(field.values, F(odd)(F(memory).weight))); \
        REJECTS(TOO_LONG, SET(field.len, SIZE_MAX)); \
        REJECTS(KIND, SET(field.kind, LOGIT_LOSS_WEIGHTS_NONE)); \
        REJECTS(KIND, SET(field.kind, LOGIT_LOSS_WEIGHTS_NONE); SET(field.len, 0)); \
        REJECTS(KIND, SET(field.kind, 7)); \
        REJECTS(KIND, SET(field.kind, UINT32_MAX)); \
        REJECTS(STATUS##_TILING, SET(field.len, 0)); \
        REJECTS(STATUS##_TILING, SET(field.len, 3)); \
        REJECTS(STATUS##_TILING, SET(field.len, 8)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_UNIFORM)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_CLASS); SET(field.len, 3)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_CHANNEL)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_CHANNEL); SET(field.repeat, 2)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_CHANNEL); SET(field.repeat, SIZE_MAX)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_SAMPLE)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_SAMPLE); SET(field.repeat, 2)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_PIXEL)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_PIXEL); SET(field.len, 0)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_PIXEL); SET(field.repeat, 3)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_PIXEL); SET(field.repeat, 3); \
                SET(field.len, 3)); \
        REJECTS(STATUS##_TILING, SET(field.kind, LOGIT_LOSS_WEIGHTS_PER_PIXEL); SET(field.repeat, 8); \
                SET(field.len, 8)); \
        if (c->first) REJECTS(OVERLAP, SET(field.values, g.first + 3)); \
        if (c->second) REJECTS(OVERLAP, SET(field.values, g.second + 3)); \
        if (c->loss) REJECTS(OVERLAP, SET(field.values, g.loss - 3)); \
        if (c->sum) REJECTS(OVERLAP, SET(field, one_for_all); SET(field.values, (REAL *)(void *)g.sum)); \
    } while (0)
    REJECTS(WEIGHT_TILING, g.len = 0; ALL(weight.kind, LOGIT_LOSS_WEIGHTS_PER_PIXEL); ALL(weight.repeat, 2);
            ALL(class_weight, one_for_all); BOTH(pos_weight, one_for_all));
    REJECTS_WEIGHTS(ALL, weight, WEIGHT);
    REJECTS_WEIGHTS(ALL, class_weight, CLASS_WEIGHT);
    if (c->family != OF_ASYMMETRIC) REJECTS_WEIGHTS(BOTH, pos_weight, POS_WEIGHT);
#undef REJECTS_WEIGHTS
    for (int i = 0; i < 4; i++) {
        F(memory).weight[3] = F(before).weight[3] = bad[i];
        REJECTS(WEIGHT, ALL(class_weight, first_two); BOTH(pos_weight, first_two));
        REJECTS(CLASS_WEIGHT, ALL(weight, first_two); BOTH(pos_weight, first_two));
        if (c->family != OF_ASYMMETRIC) REJECTS(POS_WEIGHT, ALL(weight, first_two); ALL(class_weight, first_two));
        F(memory).weight[3] = F(before).weight[3] = 1;
        REJECTS(LABEL_SMOOTHING, ALL(label_smoothing, beyond_one[i]));
        if (c->family == OF_FOCAL) {
            REJECTS(ALPHA, focal.alpha = beyond_one[i]; focal.has_alpha = 1);
            REJECTS(GAMMA, focal.gamma = beyond_64[i]);
        }
        if (c->family == OF_ASYMMETRIC) {
            REJECTS(GAMMA_POS, asymmetric.gamma_pos = beyond_64[i]);
            REJECTS(GAMMA_NEG, asymmetric.gamma_neg = beyond_64[i]);
            REJECTS(MARGIN, asymmetric.margin = beyond_one[i]);
        }
    }
    if (c->family == OF_ASYMMETRIC) REJECTS(MARGIN, asymmetric.margin = 1);
    const uint8_t *mask = (const uint8_t *)F(memory).mask;
    if (c->first) REJECTS(OVERLAP, ALL(mask, mask + 1); g.first = F(memory).mask);
    if (c->second) REJECTS(OVERLAP, ALL(mask, mask + 1); g.second = F(memory).mask);
    if (c->loss) REJECTS(OVERLAP, ALL(mask, mask + 1); g.loss = F(memory).mask);
    if (c->sum) REJECTS(OVERLAP, ALL(mask, mask + 1); g.sum = (logit_loss_sum *)(void *)F(memory).mask);
    if (strstr(c->name, "in_place") != NULL) REJECTS(OVERLAP, ALL(mask, mask + 1); g.logits = F(memory).mask);
    if (c->mean) {
        REJECTS(EMPTY_MEAN, ALL(mask, nothing));
        for (int i = 0; i < 4; i++) F(memory).weight[i] = F(before).weight[i] = 0;
        REJECTS(EMPTY_MEAN, ALL(reduction, LOGIT_LOSS_WEIGHTED_MEAN));
        for (int i = 0; i < 4; i++) F(memory).weight[i] = F(before).weight[i] = 1;
        REJECTS(EMPTY_MEAN, g.len = 0; ALL(weight, one_for_all); ALL(class_weight, one_for_all);
                BOTH(pos_weight, one_for_all));
    }
}

static void F(bad_labels)(const struct F(call) *c, struct F(given) given) {
    struct F(memory) *m = &F(memory);
    const F(logit_loss_weights) good = {m->weight, 4, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT}, none = {.values = NULL};
    const uint8_t no_bytes[4] = {0, 1, 2, 1};
    const int8_t no_int8[4] = {0, 1, 0, -1};
    const int32_t no_int32[4] = {1 << 24, 1, 0, 1};
    const int64_t no_int64[4] = {0, ((int64_t)1 << 32) + 1, 0, 1};
    F(logit_loss_bce) bce;
    F(logit_loss_focal) focal;
    F(logit_loss_asymmetric) asymmetric;
    struct F(given) g;
    given.options = OPTIONS(c, &bce, &focal, &asymmetric);
    given.targets = NULL;
    REJECTS(NULL, );
    REJECTS(TWO_TARGETS, g.targets = m->targets; ALL(labels_int8, m->int8));
    REJECTS(TWO_TARGETS, g.targets = m->targets; ALL(labels_int32, m->int32));
    REJECTS(TWO_TARGETS, g.targets = m->targets; ALL(labels_int64, m->int64));
    REJECTS(TWO_TARGETS, g.labels = m->labels; ALL(labels_int8, m->int8));
    REJECTS(TWO_TARGETS, ALL(labels_int32, m->int32); ALL(labels_int64, m->int64));
    REJECTS(MISALIGNED, ALL(labels_int32, (int32_t *)(void *)((char *)m->int32 + 2)));
    REJECTS(MISALIGNED, ALL(labels_int64, (int64_t *)(void *)((char *)m->int64 + 2)));
    REJECTS(TOO_LONG, ALL(labels_int32, m->int32); g.len = SIZE_MAX / 8 + 1);
    REJECTS(TOO_LONG, ALL(labels_int64, m->int64); g.len = SIZE_MAX / 16 + 1);
    REJECTS(TARGET, g.labels = no_bytes);
    REJECTS(TARGET, ALL(labels_int8, no_int8));
    REJECTS(TARGET, ALL(labels_int32, no_int32));
    REJECTS(TARGET, ALL(labels_int64, no_int64));
    /* Without weights, there is a shorter way. */
    REJECTS(TARGET, ALL(weight, none); ALL(class_weight, none); BOTH(pos_weight, none); ALL(labels_int64, no_int64));
    REJECTS(TARGET, ALL(labels_int8, no_int8); ALL(ignored, -2); ALL(has_ignored, 1));
    /* There is none that is ignored, whatever stands there. */
    REJECTS(TARGET, ALL(labels_int8, no_int8); ALL(ignored, -1));
    if (c->first) {
        REJECTS(OVERLAP, ALL(labels_int8, (const int8_t *)&g.first[3] + sizeof(REAL) - 1));
        REJECTS(OVERLAP, g.first = (REAL *)(void *)&m->int64[3]; ALL(labels_int64, m->int64));
    }
    if (c->loss) REJECTS(OVERLAP, g.loss = (REAL *)(void *)&m->int64[3]; ALL(labels_int64, m->int64));
}
#undef REJECTS
#undef ALL
#undef BOTH

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
        m->int8[i] = (int8_t)m->labels[i];
        m->int64[i] = m->int32[i] = m->labels[i];
        m->weight[i] = 1;
        m->first[i] = m->second[i] = (REAL)7.5f;
    }
    m->loss[0] = m->loss[1] = (REAL)7.5f;
    memset(m->mask, 1, sizeof m->mask);
    memcpy(&F(before), m, sizeof *m);

    const F(logit_loss_weights) weight = {m->weight, 4, 0, LOGIT_LOSS_WEIGHTS_PER_ELEMENT};
    const F(logit_loss_bce) bce = {.weight = weight};
    F(logit_loss_focal) focal = LOGIT_LOSS_FOCAL_INIT;
    F(logit_loss_asymmetric) asymmetric = ASYMMETRIC_INIT;
    focal.weight = asymmetric.weight = weight;
    for (size_t i = 0; i < sizeof F(calls) / sizeof F(calls)[0]; i++) {
        const struct F(call) *c = &F(calls)[i];
        const struct F(given) good = {OPTIONS(c, &bce, &focal, &asymmetric),
                                      m->logits, m->targets, NULL, 4, m->first, m->second, m->loss, &m->sum};
        /* It is an error's fault if it fails, not that of the rest; and writing is noticed. */
        OK(c->call(good));
        CHECK(memcmp(m, &F(before), sizeof *m) != 0, "%s: nothing written", c->name);
        memcpy(m, &F(before), sizeof *m);
        F(pointers)(c, good);
        F(touching)(c, good);
        if (!c->sum) F(over_options)(c, good);
        F(bad_options)(c, good);
        F(bad_labels)(c, good);
    }
    F(bad_activations)();
}
