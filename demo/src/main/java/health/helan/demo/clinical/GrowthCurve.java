package health.helan.demo.clinical;

/**
 * Middle height and weight of Chinese children by age, rounded general knowledge; between the
 * points of the table the curve is straight.
 */
final class GrowthCurve {
  private static final int[] MONTHS = {
    0, 1, 3, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180, 216
  };
  private static final double[] BOY_CM = {
    50, 54.5, 61.5, 68, 72.5, 76.5, 82.5, 88.5, 97, 104, 111, 117.5, 124, 130, 135, 140, 145.5, 152,
    159.5, 165.5, 169.5, 172.5
  };
  private static final double[] GIRL_CM = {
    49.5, 53.5, 60, 66.5, 71, 75, 81, 87, 96, 103, 110, 116.5, 122.5, 128.5, 134, 140, 147, 152.5,
    156, 158.5, 160, 161
  };
  private static final double[] BOY_KG = {
    3.4, 4.5, 6.8, 8.4, 9.3, 10.1, 11.3, 12.5, 14.6, 16.6, 18.9, 21.3, 24.0, 27.2, 30.4, 33.8, 37.7,
    42.5, 48.1, 53.4, 57.1, 62
  };
  private static final double[] GIRL_KG = {
    3.2, 4.2, 6.2, 7.8, 8.7, 9.4, 10.6, 11.9, 14.1, 16.2, 18.3, 20.4, 22.7, 25.2, 28.2, 31.8, 36.1,
    40.8, 44.8, 47.8, 49.8, 52
  };

  private GrowthCurve() {}

  static double height(int months, boolean boy) {
    return at(boy ? BOY_CM : GIRL_CM, months);
  }

  static double weight(int months, boolean boy) {
    return at(boy ? BOY_KG : GIRL_KG, months);
  }

  /** Head circumference in cm; grows fast in the first year. */
  static double head(int months) {
    return months <= 12
        ? 34.2 + months * (3.6 - months * 0.135) * 0.5
        : 46.0 + (months - 12) * 0.13;
  }

  private static double at(double[] table, int months) {
    int i = 1;
    while (i < MONTHS.length - 1 && MONTHS[i] < months) {
      i++;
    }
    double part = (months - MONTHS[i - 1]) / (double) (MONTHS[i] - MONTHS[i - 1]);
    return table[i - 1] + (table[i] - table[i - 1]) * Math.min(1, part);
  }
}
