package health.helan.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.FilterChain;
import java.io.IOException;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class RequestLogTests {
  private final Logger logger = (Logger) LoggerFactory.getLogger("health.helan.requests");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.DEBUG);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  private static void ask(FilterChain chain) throws Exception {
    var request = new MockHttpServletRequest("GET", "/fhir/Patient/secret-1");
    request.setServletPath("/fhir/Patient/secret-1");
    new RequestLog().doFilter(request, new MockHttpServletResponse(), chain);
  }

  private void assertLine(Level level, int status) {
    assertThat(lines.list)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getLevel()).isEqualTo(level);
              assertThat(line.getFormattedMessage())
                  .contains(" " + status + " ")
                  .doesNotContain("secret-1");
            });
  }

  @Test
  void anAnswerIsALineForWhoLooksClosely() throws Exception {
    ask((_, _) -> {});
    assertLine(Level.DEBUG, 200);
  }

  @Test
  void aFaultOfTheServerIsAWarning() {
    assertThatThrownBy(
            () ->
                ask(
                    (_, _) -> {
                      throw new IOException("disk");
                    }))
        .hasMessage("disk");
    assertLine(Level.WARN, 500);
  }

  @Test
  void aClientThatLeftIsNoFaultOfTheServer() {
    assertThatThrownBy(
            () ->
                ask(
                    (_, _) -> {
                      throw new ClientAbortException(new IOException("Broken pipe"));
                    }))
        .isInstanceOf(ClientAbortException.class);
    assertLine(Level.DEBUG, 499);
  }
}
