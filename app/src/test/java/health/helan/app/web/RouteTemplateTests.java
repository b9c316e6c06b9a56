package health.helan.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTemplateTests {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /fhir,                              /fhir
          /fhir/metadata,                     /fhir/metadata
          /fhir/Patient,                      /fhir/{type}
          /fhir/Patient/_search,              /fhir/{type}/_search
          /fhir/Patient/0f3a,                 /fhir/{type}/{id}
          /fhir/Patient/0f3a/_history/2,      /fhir/{type}/{id}/_history/{vid}
          /fhir/Patient/0f3a/Observation,     /fhir/{type}/{id}/{compartment}
          /fhir/Patient/0f3a/$everything,     /fhir/{type}/{id}/$everything
          /fhir/$loads,                       /fhir/$loads
          /fhir/$640121199001011234,          /fhir/{unknown}
          /fhir/张三,                          /fhir/{unknown}
          /fhir/Patient/张三,                  /fhir/{type}/{id}
          /fhir/a/b/c/d/e/f,                  /fhir/{unknown}
          /fhir/pseudonymised/Patient/0f3a,   /fhir/pseudonymised/{type}/{id}
          /fhir/pseudonymised,                /fhir/pseudonymised
          /health/ready,                      /health/ready
          /patients/张三,                      /{page}
          """)
  void keepsTheShapeAndDropsWhatTheClientChose(String path, String template) {
    assertThat(RouteTemplate.of(path)).isEqualTo(template);
  }
}
