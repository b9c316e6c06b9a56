package health.helan.app.queue;

import health.helan.care.queue.Hall;
import health.helan.care.queue.Screens;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /hall}: what a screen in a hall shows, as server-sent events (HTML Living Standard,
 * section 9.2), for who presents the token of a screen. Numbers, masked names and rooms; opens
 * nothing else. Each opening leaves its trace before its first byte; a stream ends after half an
 * hour and is opened again by the page, which asks for the token anew.
 */
final class HallStream extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(HallStream.class);
  private static final String SCHEME = "Bearer ";
  private static final int MOST_OPEN = 500;
  private static final Duration LOOKS = Duration.ofSeconds(1);
  private static final Duration BEATS = Duration.ofSeconds(15);
  private static final Duration LONGEST = Duration.ofMinutes(30);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final transient Hall hall;
  private final transient Semaphore places = new Semaphore(MOST_OPEN);
  private transient volatile boolean ends;

  HallStream(Hall hall) {
    this.hall = hall;
  }

  /** Ends all streams, and takes no more. */
  void end() {
    ends = true;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String token = token(request);
    Screens.Screen screen = token == null ? null : hall.screen(token);
    if (token == null || screen == null) {
      response.setHeader("WWW-Authenticate", "Bearer realm=\"helan-hall\"");
      refuse(
          request, response, HttpServletResponse.SC_UNAUTHORIZED, "login", "queue.screen-unknown");
      return;
    }
    if (ends || !places.tryAcquire()) {
      response.setHeader("Retry-After", "10");
      refuse(
          request,
          response,
          HttpServletResponse.SC_SERVICE_UNAVAILABLE,
          "transient",
          "queue.screens-full");
      return;
    }
    // For the trace: which screen, of whom.
    request.setAttribute(
        FhirServlet.CALLER,
        new Caller(
            "screen:" + screen.id(),
            Role.SYSTEM,
            screen.institution(),
            Set.of(),
            UUID.randomUUID().toString()));
    response.setContentType("text/event-stream;charset=UTF-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no"); // Proxies that gather answers would keep them.
    AsyncContext stream = request.startAsync();
    stream.setTimeout(0);
    Thread.ofVirtual().name("hall-", 0).start(() -> show(stream, token));
  }

  private static @Nullable String token(HttpServletRequest request) {
    String header = request.getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? header.substring(SCHEME.length()).strip()
        : null;
  }

  private static void refuse(
      HttpServletRequest request, HttpServletResponse response, int status, String code, String key)
      throws IOException {
    ObjectNode outcome = Outcomes.empty();
    Outcomes.issue(
        outcome,
        "error",
        code,
        Messages.of(Messages.language(request.getHeader("Accept-Language")), key, List.of()),
        null);
    byte[] body = Outcomes.bytes(outcome);
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private void show(AsyncContext stream, String token) {
    try {
      if (isTraced(stream)) {
        send(stream, token);
      }
    } catch (IOException gone) {
      LOG.debug("A screen has gone");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failed) {
      LOG.warn("A screen's stream ended", failed);
    } finally {
      places.release();
      try {
        stream.complete();
      } catch (IllegalStateException already) {
        LOG.debug("A screen's stream was over already");
      }
    }
  }

  /** Nothing leaves before its trace is kept: the filter around this servlet keeps it. */
  private static boolean isTraced(AsyncContext stream) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      if (stream.getRequest().getAttribute(Audits.RECORDED) != null) {
        return true;
      }
      Thread.sleep(20);
    }
    return false;
  }

  private void send(AsyncContext stream, String token) throws IOException, InterruptedException {
    OutputStream out = stream.getResponse().getOutputStream();
    long begun = System.nanoTime();
    long sent = 0;
    Map<String, Long> shown = Map.of();
    String door = "";
    while (!ends && System.nanoTime() - begun < LONGEST.toNanos()) {
      Screens.Screen screen = hall.screen(token);
      if (screen == null) {
        write(out, "event: over\ndata: {}\n\n"); // Switched off meanwhile.
        return;
      }
      Map<String, Long> now = hall.revisions(screen);
      String code = hall.door(screen);
      if (sent == 0 || !now.equals(shown) || !code.equals(door)) {
        write(out, "event: hall\ndata: " + hall.shown(screen) + "\n\n");
        sent = System.nanoTime();
        shown = now;
        door = code;
      } else if (System.nanoTime() - sent > BEATS.toNanos()) {
        write(out, ": still here\n\n"); // Else nobody notices that the other end is gone.
        sent = System.nanoTime();
      }
      Thread.sleep(LOOKS);
    }
  }

  private static void write(OutputStream out, String event) throws IOException {
    out.write(event.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
