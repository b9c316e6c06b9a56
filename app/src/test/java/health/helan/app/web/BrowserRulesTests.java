package health.helan.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.StartRefused;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** What browsers are told, case by case; over real HTTP in {@code HostileConnectionsTests}. */
class BrowserRulesTests {
  @Test
  void promiseTlsOnlyWhereThereIsTls() throws Exception {
    assertThat(strictTransport(new SecurityHeaders(null), false)).isNull();
    assertThat(strictTransport(new SecurityHeaders("http://helan.example"), false)).isNull();
    assertThat(strictTransport(new SecurityHeaders(null), true)).contains("max-age=31536000");
    assertThat(strictTransport(new SecurityHeaders("https://helan.example"), false))
        .contains("max-age=31536000");
  }

  private static @Nullable String strictTransport(SecurityHeaders filter, boolean secure)
      throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
    request.setSecure(secure);
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(request, response, new MockFilterChain());
    return response.getHeader("Strict-Transport-Security");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://*.example",
        "a.example",
        "https://a.example/path",
        "null",
        "https://"
      })
  void takeOriginsAndNothingElse(String origin) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> new CrossOrigin(origin))
        .withMessageContaining("HELAN_CORS_ORIGINS takes origins")
        .withMessageContaining("来源");
  }

  @Test
  void nameNoOriginWithoutConfiguration() throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/fhir/metadata");
    request.addHeader("Origin", "https://a.example");
    MockHttpServletResponse response = new MockHttpServletResponse();
    new CrossOrigin(null).doFilter(request, response, new MockFilterChain());
    assertThat(response.getHeaderNames()).isEmpty();
  }

  @Test
  void endABodyThatDrips() throws Exception {
    // A byte each two seconds; the clock is asked before and after.
    long[] now = {0};
    SlowBodies.WatchedStream stream =
        new SlowBodies.WatchedStream(
            dripping(now, 2_000_000_000L, 1), 30_000_000_000L, () -> now[0]);
    int bytes = 0;
    try {
      while (stream.read(new byte[100], 0, 100) > 0) {
        bytes++;
      }
      throw new AssertionError("went on");
    } catch (SlowBodies.TooSlow expected) {
      assertThat(bytes).isEqualTo(15);
    }
  }

  @Test
  void letASlowButSteadyBodyThrough() throws Exception {
    long[] now = {0};
    SlowBodies.WatchedStream stream =
        new SlowBodies.WatchedStream(
            dripping(now, 1_000_000_000L, 2048), 30_000_000_000L, () -> now[0]);
    for (int i = 0; i < 1000; i++) {
      assertThat(stream.read(new byte[4096], 0, 4096)).isEqualTo(2048);
    }
  }

  private static ServletInputStream dripping(long[] now, long pauseNanos, int bytes) {
    return new ServletInputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int from, int length) {
        now[0] += pauseNanos;
        return bytes;
      }

      @Override
      public boolean isFinished() {
        return false;
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setReadListener(ReadListener listener) {
        throw new UnsupportedOperationException();
      }
    };
  }
}
