package health.helan.pharmacy.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The base that comes along, and how drugs are found in it. */
class DemonstrationTests {
  private static final Knowledge BASE = KnowledgeReader.demonstration();

  @Test
  void hasTheCommonDrugsOfPrimaryCare() {
    assertThat(BASE.drugs()).hasSizeGreaterThan(200);
    assertThat(BASE.interactions()).isGreaterThan(50);
    assertThat(BASE.head().source().zh()).contains("未经核实");
    assertThat(BASE.head().source().en()).contains("unverified");
  }

  @ParameterizedTest
  @CsvSource({
    "苯磺酸氨氯地平片 5mg, amlodipine, 5",
    "盐酸二甲双胍片 0.5g, metformin, 500",
    "硝苯地平控释片, nifedipine, 30",
    "左甲状腺素钠片 50μg, levothyroxine, 0.05",
    "对乙酰氨基酚, paracetamol,",
    "阿仑膦酸钠片 70mg（每周一次）, alendronate, 70",
    "卡托普利片, captopril,",
  })
  void findsADrugByItsName(String name, String drug, Double mg) {
    Known found = Objects.requireNonNull(BASE.named(name));
    assertThat(found.drug().id()).isEqualTo(drug);
    assertThat(found.unitMg()).isEqualTo(mg);
  }

  @ParameterizedTest
  @CsvSource({"甘草酸二铵胶囊", "阿莫西林某某片", "片", "''", "二甲双胍格列本脲片"})
  void takesNoOtherDrugForOneThatBeginsTheSame(String name) {
    assertThat(BASE.named(name)).isNull();
  }

  @Test
  void findsADrugByAtcWhereOneAloneHasTheCode() {
    Known found =
        Objects.requireNonNull(
            BASE.find(
                Json.MAPPER.readTree(
                    "{\"coding\":[{\"system\":\"http://www.whocc.no/atc\",\"code\":\"C10AA05\"}]}")));
    assertThat(found.drug().id()).isEqualTo("atorvastatin");
    assertThat(found.unitMg()).isNull();
  }

  @Test
  void lookInsideCompounds() {
    Drug cold = Objects.requireNonNull(BASE.drug("ganmaoling"));
    Drug warfarin = Objects.requireNonNull(BASE.drug("warfarin"));
    assertThat(BASE.substances(cold)).contains("paracetamol", "chlorphenamine");
    assertThat(BASE.classesOf(cold)).contains("antihistamine");
    assertThat(BASE.between(warfarin, warfarin)).isEmpty();
  }

  /** What contradicts itself is wrong, whichever side is right. */
  @Test
  void contradictsItselfNowhere() {
    for (Drug drug : BASE.drugs()) {
      for (Drug.Dose dose : drug.doses()) {
        if (dose.singleMax() != null && dose.dailyMax() != null && !isWeekly(drug)) {
          assertThat(dose.singleMax()).as(drug.id()).isLessThanOrEqualTo(dose.dailyMax());
        }
        if (dose.fromMonths() < 144 || dose.perKg() || dose.singleMax() == null) {
          continue;
        }
        for (Drug.Product product : drug.products()) {
          for (double mg : product.strengthsMg()) {
            assertThat(mg).as(product.name()).isLessThanOrEqualTo(dose.singleMax());
          }
        }
      }
      assertThat(drug.renal())
          .as(drug.id())
          .allSatisfy(band -> assertThat(band.below()).isPositive());
    }
  }

  private static boolean isWeekly(Drug drug) {
    return drug.id().equals("methotrexate");
  }
}
