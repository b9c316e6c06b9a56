package health.helan.app.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** An edge node takes messages and looks after itself; records and settings are the centre's. */
class EdgeFilterTests {
  private static boolean isClosed(String method, String path) {
    var request = new MockHttpServletRequest(method, "/fhir" + path);
    request.setServletPath("/fhir");
    request.setPathInfo(path);
    return EdgeFilter.isClosed(request);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/Patient",
        "/$import",
        "/$gateway-feed",
        "/$gateway-replay",
        "/$onboarding-apply",
        "/$registry-import",
        "/Practitioner/1/$verify",
        "/Patient/1/$health-card-step",
        "/$card-terminal",
        "/$card-key",
        "/Patient/$merge",
        "/$rebuild-index",
        "/$something-of-tomorrow"
      })
  void isClosedToWhatChangesRecordsAndSettings(String path) {
    assertThat(isClosed("POST", path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/Patient/_search", "/$renew-data-key", "/$gateway-discard"})
  void isOpenToWhatLooksOrKeepsTheNode(String path) {
    assertThat(isClosed("POST", path)).isFalse();
    assertThat(isClosed("GET", path)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "PATCH", "DELETE"})
  void keepsNoRecords(String method) {
    assertThat(isClosed(method, "/Patient/1")).isTrue();
  }
}
