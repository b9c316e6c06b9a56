package health.helan.foundation.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Levels of GB/T 39725 and the sensitive categories, as the column {@code level} holds them. */
class LevelsTests {
  private static short of(String type, String inside) {
    return Levels.of(type, Json.MAPPER.readTree("{" + inside.replace('\'', '"') + "}"));
  }

  private static String label(String code) {
    return "'meta':{'security':[{'system':'" + Levels.SYSTEM + "','code':'" + code + "'}]}";
  }

  @ParameterizedTest
  @CsvSource({
    "http://hl7.org/fhir/sid/icd-10, B20, HIV",
    "http://hl7.org/fhir/sid/icd-10, B24.x01, HIV",
    "http://hl7.org/fhir/sid/icd-10-cm, F32.1, MENTAL_HEALTH",
    "urn:oid:2.16.156.10011.2.3.3.11, F99.900, MENTAL_HEALTH",
    "urn:gb-t-14396-2016, q90.0, GENETICS",
    "http://hl7.org/fhir/sid/icd-10, O04, REPRODUCTIVE",
    "http://loinc.org, 75622-1, HIV",
    "http://hl7.org/fhir/sid/icd-10, B25, ",
    "http://hl7.org/fhir/sid/icd-10, E99, ",
    "http://hl7.org/fhir/sid/icd-10, G00, ",
    "http://loinc.org, 718-7, ",
    "urn:another, B20, "
  })
  void aCodeMakesACategory(String system, String code, Sensitivity category) {
    short column =
        of("Condition", "'code':{'coding':[{'system':'%s','code':'%s'}]}".formatted(system, code));
    assertThat(Levels.categories(column)).isEqualTo(category == null ? 0 : category.bit());
    assertThat(Levels.level(column)).isEqualTo(category == null ? 3 : 4);
  }

  @Test
  void labelsRaiseALevelAndNeverLowerIt() {
    assertThat(of("Condition", label("L1"))).isEqualTo((short) 3);
    assertThat(of("Condition", label("L5"))).isEqualTo((short) 5);
    assertThat(of("Organization", label("L2"))).isEqualTo((short) 2);
    assertThat(of("Condition", label("R"))).isEqualTo((short) 4);
    assertThat(of("Condition", label("V"))).isEqualTo((short) 5);
    short psychiatry = of("Appointment", label("PSY"));
    assertThat(Levels.level(psychiatry)).isEqualTo(4);
    assertThat(Levels.categories(psychiatry)).isEqualTo(Sensitivity.MENTAL_HEALTH.bit());
  }

  @Test
  void whatIsOpenByItsTypeIsNotOpenWhenItSpeaksOfAPatient() {
    assertThat(of("Schedule", "'actor':[{'reference':'Practitioner/1'}]")).isEqualTo((short) 1);
    assertThat(of("Schedule", "'actor':[{'reference':'Patient/1'}]")).isEqualTo((short) 3);
    assertThat(of("Organization", "'contained':[{'resourceType':'Patient'}]")).isEqualTo((short) 3);
  }

  @Test
  void aLevelWithoutCategoriesIsLessThanAnyWith() {
    for (Sensitivity one : Sensitivity.values()) {
      assertThat(1 | one.bit() << 3).isGreaterThan(5);
    }
  }
}
