package health.helan.demo.clinical;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import health.helan.demo.fhir.Unit;
import health.helan.demo.place.Institution;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Vaccinations: children by the national schedule (国家免疫规划, edition of 2021, general knowledge),
 * everyone against COVID-19 in 2021, some of the old against influenza each autumn. The schedule is
 * kept for all years, so that a child's booklet is whole.
 */
final class Vaccinations {
  /** The oldest whose childhood vaccinations are in the electronic booklet. */
  private static final int FIRST_BOOKLET_YEAR = 2012;

  private record Vaccine(ObjectNode concept, String disease, boolean oral, int lot) {
    static Vaccine of(int number, String text, String cvx, String disease, boolean oral) {
      var own = new Code(Systems.VACCINE, "V" + (100 + number), text);
      ObjectNode concept =
          cvx.isEmpty()
              ? Fhir.concept(text, own)
              : Fhir.concept(text, own, new Code(Systems.CVX, cvx, null));
      return new Vaccine(concept, disease, oral, number);
    }
  }

  private record Dose(int month, Vaccine vaccine, int number, int series) {}

  private static final Vaccine HEPATITIS_B = Vaccine.of(1, "重组乙型肝炎疫苗", "08", "乙型肝炎", false);
  private static final Vaccine BCG = Vaccine.of(2, "卡介苗", "19", "结核病", false);
  private static final Vaccine IPV = Vaccine.of(3, "脊髓灰质炎灭活疫苗", "10", "脊髓灰质炎", false);
  private static final Vaccine OPV = Vaccine.of(4, "二价脊髓灰质炎减毒活疫苗", "178", "脊髓灰质炎", true);
  private static final Vaccine DTAP = Vaccine.of(5, "吸附无细胞百白破联合疫苗", "20", "百日咳、白喉、破伤风", false);
  private static final Vaccine DT = Vaccine.of(6, "吸附白喉破伤风联合疫苗", "28", "白喉、破伤风", false);
  private static final Vaccine MMR = Vaccine.of(7, "麻腮风联合减毒活疫苗", "03", "麻疹、流行性腮腺炎、风疹", false);
  private static final Vaccine JAPANESE_B = Vaccine.of(8, "乙型脑炎减毒活疫苗", "", "流行性乙型脑炎", false);
  private static final Vaccine MENINGITIS_A = Vaccine.of(9, "A群流脑多糖疫苗", "", "流行性脑脊髓膜炎", false);
  private static final Vaccine MENINGITIS_AC = Vaccine.of(10, "A群C群流脑多糖疫苗", "", "流行性脑脊髓膜炎", false);
  private static final Vaccine HEPATITIS_A = Vaccine.of(11, "甲型肝炎减毒活疫苗", "", "甲型肝炎", false);
  private static final Vaccine COVID = Vaccine.of(12, "新型冠状病毒灭活疫苗", "", "新型冠状病毒感染", false);
  private static final Vaccine INFLUENZA = Vaccine.of(13, "四价流感病毒裂解疫苗", "158", "流行性感冒", false);

  private static final List<Dose> CHILDHOOD =
      List.of(
          new Dose(0, HEPATITIS_B, 1, 3),
          new Dose(0, BCG, 1, 1),
          new Dose(1, HEPATITIS_B, 2, 3),
          new Dose(2, IPV, 1, 4),
          new Dose(3, IPV, 2, 4),
          new Dose(3, DTAP, 1, 4),
          new Dose(4, OPV, 3, 4),
          new Dose(4, DTAP, 2, 4),
          new Dose(5, DTAP, 3, 4),
          new Dose(6, HEPATITIS_B, 3, 3),
          new Dose(6, MENINGITIS_A, 1, 2),
          new Dose(8, MMR, 1, 2),
          new Dose(8, JAPANESE_B, 1, 2),
          new Dose(9, MENINGITIS_A, 2, 2),
          new Dose(18, DTAP, 4, 4),
          new Dose(18, MMR, 2, 2),
          new Dose(18, HEPATITIS_A, 1, 1),
          new Dose(24, JAPANESE_B, 2, 2),
          new Dose(36, MENINGITIS_AC, 1, 2),
          new Dose(48, OPV, 4, 4),
          new Dose(72, DT, 1, 1),
          new Dose(72, MENINGITIS_AC, 2, 2));

  private final Chart chart;
  private final Dice dice;

  private Vaccinations(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
  }

  static void write(Chart chart) {
    var vaccinations = new Vaccinations(chart);
    vaccinations.childhood();
    vaccinations.covid();
    vaccinations.influenza();
  }

  private void childhood() {
    LocalDate birth = chart.person().birth();
    if (birth.getYear() < FIRST_BOOKLET_YEAR) {
      return;
    }
    int month = -1;
    LocalDate day = birth;
    for (Dose dose : CHILDHOOD) {
      // What is due in the same month is given on the same day, most often a little late.
      if (dose.month() != month) {
        month = dose.month();
        day =
            month == 0
                ? birth.plusDays(1)
                : Chart.workday(birth.plusMonths(month).plusDays(dice.below(month < 24 ? 14 : 45)));
      }
      if (day.isBefore(chart.until())) {
        Institution at = month == 0 ? chart.network().maternal() : chart.home().centre();
        give(dose.vaccine(), day, dose.number(), dose.series(), at);
      }
    }
  }

  private void covid() {
    LocalDate first = LocalDate.of(2021, 4, 10).plusDays(dice.below(150));
    int age = chart.person().age(first);
    if (age < 12 || !dice.chance(age > 75 ? 0.6 : 0.9)) {
      return;
    }
    LocalDate second = first.plusDays(21 + dice.below(14));
    LocalDate third = second.plusDays(185 + dice.below(60));
    int doses = dice.chance(0.75) ? 3 : 2;
    LocalDate[] days = {first, second, third};
    for (int i = 0; i < doses; i++) {
      LocalDate day = Chart.workday(days[i]);
      if (chart.covers(day)) {
        give(COVID, day, i + 1, 3, chart.home().centre());
      }
    }
  }

  private void influenza() {
    if (!dice.chance(0.22)) {
      return;
    }
    for (int year = chart.from().getYear(); year <= chart.until().getYear(); year++) {
      LocalDate day = Chart.workday(LocalDate.of(year, 10, 8).plusDays(dice.below(50)));
      if (chart.covers(day) && chart.person().age(day) >= 60) {
        give(INFLUENZA, day, 1, 1, chart.home().centre());
      }
    }
  }

  private void give(Vaccine vaccine, LocalDate day, int number, int series, Institution at) {
    ObjectNode immunization = resource("Immunization");
    immunization.put("status", "completed");
    immunization.set("vaccineCode", vaccine.concept());
    immunization.set("patient", chart.subject());
    immunization.put("occurrenceDateTime", instant(chart.officeHour(day)));
    immunization.put("primarySource", true);
    immunization.set("location", reference("Location/" + at.locationId(), at.name()));
    immunization.put(
        "lotNumber",
        "" + day.getYear() + (100 + vaccine.lot()) + (char) ('A' + day.getMonthValue() - 1));
    immunization.put("expirationDate", day.plusMonths(14).withDayOfMonth(1).toString());
    immunization.set("route", object().put("text", vaccine.oral() ? "口服" : "注射"));
    immunization.set(
        "doseQuantity",
        vaccine.oral()
            ? object().put("value", 2).put("unit", "滴")
            : quantity(BigDecimal.valueOf(5, 1), new Unit("ml", "mL")));
    ObjectNode actor = object();
    actor.set("actor", reference(at.reference(), at.name()));
    immunization.set("performer", array(actor));
    ObjectNode protocol = object();
    protocol.set("targetDisease", array(object().put("text", vaccine.disease())));
    protocol.put("doseNumberPositiveInt", number).put("seriesDosesPositiveInt", series);
    immunization.set("protocolApplied", array(protocol));
    chart.add(immunization);
  }
}
