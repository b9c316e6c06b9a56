package health.helan.app.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.StartRefused;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

/** Whether a secret may travel the way a request came, and from where it came. */
class TransportTests {
  private final Transport none = new Transport(Set.of());
  private final Transport proxy = new Transport(Set.of("10.0.0.5"));

  private static MockHttpServletRequest from(String address) {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/fhir/Patient");
    request.setRemoteAddr(address);
    return request;
  }

  @Test
  void isPrivateOnThisMachineAndByTls() {
    assertThat(none.isPrivate(from("127.0.0.1"))).isTrue();
    assertThat(none.isPrivate(from("0:0:0:0:0:0:0:1"))).isTrue();
    MockHttpServletRequest tls = from("203.0.113.9");
    tls.setSecure(true);
    assertThat(none.isPrivate(tls)).isTrue();
  }

  @Test
  void isNotPrivateInPlainHttpFromElsewhere() {
    assertThat(none.isPrivate(from("203.0.113.9"))).isFalse();
    assertThat(none.isPrivate(from("10.0.0.5"))).isFalse();
  }

  @Test
  void believesForwardedHeadersOfTheOperatorsProxiesOnly() {
    for (String address : new String[] {"10.0.0.5", "203.0.113.9", "127.0.0.1"}) {
      MockHttpServletRequest request = from(address);
      request.addHeader("X-Forwarded-Proto", "https");
      request.addHeader("X-Forwarded-For", "198.51.100.7, 10.0.0.5");
      boolean trusted = address.equals("10.0.0.5");
      assertThat(proxy.isPrivate(request)).as(address).isEqualTo(trusted);
      assertThat(proxy.address(request)).isEqualTo(trusted ? "198.51.100.7" : address);
    }
    MockHttpServletRequest plain = from("10.0.0.5");
    plain.addHeader("X-Forwarded-Proto", "http");
    assertThat(proxy.isPrivate(plain)).isFalse();
  }

  @Test
  void takesNoMadeUpAddress() {
    MockHttpServletRequest request = from("10.0.0.5");
    request.addHeader("X-Forwarded-For", "198.51.100.7, <script>");
    assertThat(proxy.address(request)).isEqualTo("10.0.0.5");
  }

  @Test
  void refusesSettingsThatMakeNoSense() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    for (Map<String, String> wrong :
        java.util.List.of(
            Map.of("HELAN_MODE", "prod"),
            Map.of("HELAN_OIDC_ISSUER", "https://idp.example"),
            Map.of("HELAN_OIDC_ISSUER", "http://idp.example", "HELAN_OIDC_CLIENT_ID", "x"))) {
      assertThatExceptionOfType(StartRefused.class)
          .as(wrong.toString())
          .isThrownBy(() -> AccessSettings.of(wrong, loopback));
    }
    assertThat(AccessSettings.of(Map.of(), loopback).demoAllowed()).isTrue();
    assertThat(AccessSettings.of(Map.of("HELAN_MODE", "production"), loopback).demoAllowed())
        .isFalse();
    assertThat(AccessSettings.of(Map.of(), InetAddress.ofLiteral("0.0.0.0")).demoAllowed())
        .isFalse();
  }
}
