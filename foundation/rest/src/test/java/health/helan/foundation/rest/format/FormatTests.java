package health.helan.foundation.rest.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTests {
  @ParameterizedTest
  @CsvSource({
    "json, JSON",
    "xml, XML",
    "XML, XML",
    "application/json, JSON",
    "application/fhir+json, JSON",
    "application/fhir json, JSON",
    "application/fhir+xml; fhirVersion=4.0, XML",
    "text/xml, XML",
    "text/json, JSON",
    "application/xml, XML"
  })
  void takesTheFormatParameterBeforeTheHeader(String parameter, Format expected) {
    assertThat(Format.ofAnswer(parameter, "application/fhir+json;q=0.1")).isEqualTo(expected);
    assertThat(Format.ofAnswer(parameter, "image/png")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/fhir+xml | XML",
        "application/fhir+json | JSON",
        "*/* | JSON",
        "application/* | JSON",
        "text/* | JSON",
        "application/fhir+xml, application/fhir+json | XML",
        "application/fhir+json, application/fhir+xml | JSON",
        "application/fhir+json;q=0.5, application/fhir+xml | XML",
        "application/fhir+json;q=0.5, application/fhir+xml;q=0.4 | JSON",
        "application/fhir+json;q=0, */* | XML",
        "application/fhir+xml;q=0, */* | JSON",
        "application/xml;q=0.2, */*;q=0.1 | XML",
        "image/png, text/xml;q=0.1 | XML",
        "APPLICATION/FHIR+XML;Q=1.0 | XML",
        "application/fhir+xml; charset=\"utf-8\"; q=0.9, text/json; q=0.8 | XML",
        "nonsense, application/xml | XML",
        "application/fhir+xml;fhirVersion=3.0, application/fhir+json;q=0.1 | JSON",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | JSON",
      })
  void weighsTheAcceptHeader(String accept, Format expected) {
    assertThat(Format.ofAnswer(null, accept)).isEqualTo(expected);
  }

  @Test
  void answersJsonToThoseWhoSayNothing() {
    assertThat(Format.ofAnswer(null, null)).isEqualTo(Format.JSON);
    assertThat(Format.ofAnswer("", " ")).isEqualTo(Format.JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image/png",
        "text/turtle",
        "application/fhir+json;q=0",
        "application/fhir+json;fhirVersion=5.0",
        "*/*;q=0",
        "nonsense"
      })
  void refusesWhatItCannotAnswerIn(String wanted) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Format.ofAnswer(null, wanted))
        .satisfies(refusal -> assertThat(refusal.kind().status()).isEqualTo(406));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Format.ofAnswer(wanted, "*/*"))
        .satisfies(refusal -> assertThat(refusal.kind().status()).isEqualTo(406));
  }

  @ParameterizedTest
  @CsvSource({
    "application/fhir+json, JSON",
    "application/fhir+json;charset=UTF-8, JSON",
    "application/fhir+xml; charset=\"utf-8\"; fhirVersion=4.0, XML",
    "application/json, JSON",
    "text/xml;charset=us-ascii, XML"
  })
  void readsTheContentType(String contentType, Format expected) {
    assertThat(Format.ofBody(contentType)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "application/fhir+json;charset=GB18030",
        "application/fhir+json; fhirVersion=3.0",
        "*/*",
        "json",
        ""
      })
  void refusesOtherBodies(String contentType) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> Format.ofBody(contentType))
        .satisfies(refusal -> assertThat(refusal.kind().status()).isEqualTo(415));
  }
}
