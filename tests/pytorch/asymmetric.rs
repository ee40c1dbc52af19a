//! The asymmetric loss of its paper's implementation, `AsymmetricLoss` of Alibaba-MIIL/ASL.

use crate::common::{Number, Random, backends, for_both_types, numbers};
use logit_loss::{AsymmetricLoss, Hessian, Loss, Reduction, Weights};

for_both_types!(known_means, known_points, moderate_logits, derivatives, means);

/// Makes a loss with the gamma of positives and of negatives, and the margin.
fn with<N: Number>([positive, negative, margin]: [f64; 3]) -> AsymmetricLoss<'static, N> {
    let [positive, negative, margin] = [positive, negative, margin].map(N::new);
    AsymmetricLoss::new().gamma_pos(positive).gamma_neg(negative).margin(margin)
}

/// Returns the undivided results of one element.
fn one<N: Number>(asymmetric: AsymmetricLoss<'_, N>, x: N, t: N) -> [f64; 3] {
    let asymmetric = asymmetric.reduction(Reduction::Sum);
    let ([mut gradient], [mut hessian]) = ([[N::NAN]; 1], [[N::NAN]; 1]);
    let loss = asymmetric.loss(&[x], &[t]).unwrap();
    asymmetric.gradient_and_hessian(&[x], &[t], &mut gradient, &mut hessian).unwrap();
    [loss, gradient[0], hessian[0]].map(|v| v.to_f64())
}

#[track_caller]
fn assert_close<N: Number>(found: f64, known: f64, ulps: f64, context: &str) {
    let allowed = ulps * N::EPSILON.to_f64() * known.abs() + N::TINIEST.to_f64();
    assert!((found - known).abs() <= allowed, "{context}: {found:e} and not {known:e}");
}

// Known values are mpmath's at 60 digits, of which 40 stand here. With S = 1/(1+exp(-x)), R = 1/(1+exp(x)), q = S - m,
// P = R**gp * log1p(exp(-x)), N = q**gn * -log(R + m) if q > 0 else 0: t*P + (1-t)*N, and mpmath.diff of that; the means are
// over four.

fn known_means<N: Number>() {
    let x = numbers::<N>(&[2.0, -1.0, 0.5, -3.0]);
    let t = numbers::<N>(&[1.0, 0.0, 1.0, 0.0]);
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    for (parameters, mean, derivatives) in [
        (
            [1.0, 4.0, 0.0625],
            0.048_633_377_631_794_577_077_955_158_869_558_898_747_03,
            [
                [
                    -6.883_990_896_537_147_434_902_711_459_314_666_157_444e-3,
                    0.011_924_026_934_527_319_516_883_851_760_967_277_588_23,
                ],
                [
                    5.124_836_850_030_592_510_696_016_735_933_059_773_22e-4,
                    2.264_672_046_165_587_670_234_353_689_032_818_601_99e-3,
                ],
                [
                    -0.063_486_701_937_053_150_064_563_755_297_733_101_842_86,
                    0.073_364_181_936_642_982_033_114_217_658_593_401_870_06,
                ],
                [0.0, 0.0],
            ],
        ),
        (
            [0.0, 2.0, 0.25],
            0.150_252_964_040_721_586_352_582_864_025_981_214_472,
            [
                [
                    -0.029_800_730_505_529_388_985_067_714_674_400_801_198_4,
                    0.026_248_396_350_876_629_337_156_046_190_106_340_307_32,
                ],
                [
                    5.358_373_637_499_139_206_352_119_384_041_216_458_428e-5,
                    1.144_319_358_527_728_994_181_391_983_333_825_679_932e-3,
                ],
                [
                    -0.094_385_167_199_536_358_840_274_858_563_622_880_311_68,
                    0.058_750_928_050_398_622_267_325_673_755_251_736_047_52,
                ],
                [0.0, 0.0],
            ],
        ),
        (
            [1.5, 0.5, 0.0],
            0.072_059_046_829_593_701_462_183_760_715_550_351_883_99,
            [
                [
                    -2.951_891_463_328_797_147_437_323_942_473_799_041_98e-3,
                    6.395_030_943_337_130_721_791_702_142_011_685_964_578e-3,
                ],
                [
                    0.049_713_580_449_904_640_891_057_728_175_044_315_629_51,
                    0.052_414_950_840_145_120_050_516_470_294_757_015_887_1,
                ],
                [
                    -0.047_565_864_510_668_324_826_704_016_124_727_719_944_26,
                    0.068_792_226_639_890_516_807_528_574_261_753_704_583_69,
                ],
                [
                    3.841_950_756_425_336_377_876_630_557_092_801_998_202e-3,
                    5.459_496_228_743_647_648_129_897_913_097_600_426_804e-3,
                ],
            ],
        ),
    ] {
        for backend in backends() {
            let asymmetric = with::<N>(parameters).backend(backend);
            let context = format!("{parameters:?} on {backend}");
            assert_close::<N>(asymmetric.loss(&x, &t).unwrap().to_f64(), mean, 6.0, &context);
            let (mut gradient, mut hessian) = ([N::NAN; 4], [N::NAN; 4]);
            asymmetric.gradient_and_hessian(&x, &t, &mut gradient, &mut hessian).unwrap();
            for i in 0..4 {
                let ulps = 8.0 + 5.0 * parameters[1];
                assert_close::<N>(gradient[i].to_f64(), derivatives[i][0], ulps, &context);
                assert_close::<N>(hessian[i].to_f64(), derivatives[i][1], 2.0 * ulps, &context);
            }
        }
    }
}

fn known_points<N: Number>() {
    // Logit, target, gammas and margin, all exact in both types; loss, gradient and Hessian. In both tails, on both sides of
    // the margin, and close to it.
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    for (x, t, parameters, known) in [
        (
            20.0,
            1.0,
            [1.0, 4.0, 0.0625],
            [
                4.248_354_242_156_822_884_373_396_308_123_254_317_137e-18,
                -8.496_708_471_178_879_690_879_896_097_007_217_950_286e-18,
                1.699_341_690_295_346_121_433_698_639_228_562_526_505e-17,
            ],
        ),
        (
            -30.0,
            1.0,
            [2.0, 4.0, 0.0625],
            [
                29.999_999_999_994_479_002_448_385_063_177_791_394_84,
                -1.000_000_000_005_333_845_092_237_393_404_950_840_847,
                -5.146_692_632_859_136_332_065_917_132_314_963_377_703e-12,
            ],
        ),
        (
            30.0,
            0.0,
            [1.0, 4.0, 0.0625],
            [
                2.141_758_790_027_726_555_736_321_868_651_098_945_04,
                2.011_682_132_779_035_633_222_678_267_655_758_733_331e-12,
                -2.011_682_132_775_747_910_338_979_940_159_188_676_082e-12,
            ],
        ),
        (1000.0, 0.0, [1.0, 0.5, 0.25], [1.200_566_133_852_943_677_145_103_452_038_732_647_773, 0.0, 0.0]),
        (
            -20.0,
            0.0,
            [1.0, 4.0, 0.0],
            [
                3.720_075_941_516_419_826_129_170_692_372_414_824_827e-44,
                1.860_037_967_307_768_318_873_380_071_888_557_662_75e-43,
                9.300_189_815_836_192_068_203_363_014_169_926_052_034e-43,
            ],
        ),
        (60.0, 0.0, [0.0, 1.5, 0.0], [60.0, 1.0, -7.530_599_255_919_007_491_100_309_875_476_373_988_218e-25]),
        (-3.0, 0.0, [1.0, 4.0, 0.0625], [0.0; 3]),
        (
            9.536_743_164_062_5e-7,
            0.0,
            [1.0, 2.0, 0.5],
            [
                1.355_252_877_165_311_462_002_969_840_866_817_352_141e-20,
                4.263_257_092_185_477_963_515_022_417_499_957_244_9e-14,
                8.940_698_847_930_589_453_889_902_201_269_836_363_924e-8,
            ],
        ),
        (-9.536_743_164_062_5e-7, 0.0, [1.0, 2.0, 0.5], [0.0; 3]),
        (
            0.75,
            0.25,
            [1.0, 4.0, 0.0625],
            [
                0.135_036_002_499_766_423_324_614_891_399_210_951_408_7,
                0.161_848_613_705_639_753_958_738_549_659_163_002_461_8,
                0.350_360_151_111_631_099_471_185_483_061_987_204_514_9,
            ],
        ),
    ] {
        for backend in backends() {
            let found = one(with::<N>(parameters).backend(backend), N::new(x), N::new(t));
            for (found, known) in found.into_iter().zip(known) {
                let ulps = 2.0 * (7.0 + 5.0 * parameters[1]);
                assert_close::<N>(found, known, ulps, &format!("{x}, {t}, {parameters:?} on {backend}"));
            }
        }
    }
}

/// Returns the loss of a hard target by the implementation's own formula.
fn reference(x: f64, t: f64, [positive, negative, clip]: [f64; 3]) -> f64 {
    let xs_pos = 1.0 / (1.0 + (-x).exp());
    let xs_neg = (1.0 - xs_pos + clip).min(1.0);
    let loss = t * xs_pos.max(1e-8).ln() + (1.0 - t) * xs_neg.max(1e-8).ln();
    let pt = xs_pos * t + xs_neg * (1.0 - t);
    -loss * (1.0 - pt).powf(positive * t + negative * (1.0 - t))
}

/// Moderate logits.
fn for_each<N: Number>(mut check: impl FnMut([f64; 3], f64, f64)) {
    let mut random = Random(6);
    for parameters in [[1.0, 4.0, 0.05], [0.0, 4.0, 0.05], [0.5, 1.5, 0.2], [2.0, 1.0, 0.5], [5.0, 3.0, 0.0]] {
        for t in [0.0, 1.0] {
            for _ in 0..20 {
                check(parameters.map(|v| N::new(v).to_f64()), N::new(random.normal() * 3.0).to_f64(), t);
            }
        }
    }
}

fn moderate_logits<N: Number>() {
    for_each::<N>(|parameters, x, t| {
        let [found, ..] = one(with::<N>(parameters), N::new(x), N::new(t));
        let expected = reference(x, t, parameters);
        // The reference loses the digits of 1 - p.
        let allowed = expected * 40.0 * N::EPSILON.to_f64() + 1e-13;
        assert!((found - expected).abs() <= allowed, "{x}, {t}, {parameters:?}: {found} and not {expected}");
    });
}

fn derivatives<N: Number>() {
    for_each::<N>(|parameters, x, t| {
        let [_, gradient, hessian] = one(with::<N>(parameters), N::new(x), N::new(t));
        let h = 1e-5;
        let slope = (reference(x + h, t, parameters) - reference(x - h, t, parameters)) / (2.0 * h);
        assert!((gradient - slope).abs() <= 1e-6, "{x}, {t}, {parameters:?}: {gradient} and not {slope}");
        let wide = |x: f64| one(with::<f64>(parameters), x, t)[1];
        let bend = (wide(x + h) - wide(x - h)) / (2.0 * h);
        assert!((hessian - bend).abs() <= 2e-6, "{x}, {t}, {parameters:?}: {hessian} and not {bend}");
    });
}

fn means<N: Number>() {
    let x = numbers::<N>(&[0.0, 2.0, 2.0, -1.0]);
    let t = numbers::<N>(&[1.0, 1.0, 0.0, 0.5]);
    let w = numbers::<N>(&[1.0, 2.0, 0.5, 0.0]);
    let asymmetric = AsymmetricLoss::new().weight(Weights::per_element(&w));
    let mut losses = [N::NAN; 4];
    asymmetric.losses(&x, &t, &mut losses).unwrap();
    let sum: f64 = losses.iter().map(|v| v.to_f64()).sum();
    for (reduction, divisor) in [(Reduction::Mean, 4.0), (Reduction::WeightedMean, 3.5), (Reduction::Sum, 1.0)] {
        let found = asymmetric.reduction(reduction).loss(&x, &t).unwrap().to_f64();
        assert!((found * divisor / sum - 1.0).abs() <= 4.0 * N::EPSILON.to_f64(), "{reduction:?}: {found}");
    }
}
