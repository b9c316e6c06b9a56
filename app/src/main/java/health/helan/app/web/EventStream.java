package health.helan.app.web;

import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET} answered by server-sent events (HTML Living Standard, section 9.2). Each opening
 * leaves its trace before its first byte; a stream ends after half an hour and is opened again by
 * the page, which then says anew who it is. Only so many are open at a time; others hear 503.
 */
public abstract class EventStream extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
  private static final String SCHEME = "Bearer ";
  private static final Duration BEATS = Duration.ofSeconds(15);
  private static final Duration LONGEST = Duration.ofMinutes(30);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final transient Semaphore places;
  private transient volatile boolean ends;

  /**
   * @param name of its threads
   * @param most open at a time
   */
  protected EventStream(String name, int most) {
    this.name = name;
    this.places = new Semaphore(most);
  }

  /** What is sent over a stream, on a thread of its own; the stream ends when it returns. */
  public interface Teller {
    void tell(Line line) throws IOException, InterruptedException;
  }

  /** Ends all streams, and takes no more. */
  public final void end() {
    ends = true;
  }

  /** The token that a request presents; null for none. */
  protected static @Nullable String token(HttpServletRequest request) {
    String header = request.getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? header.substring(SCHEME.length()).strip()
        : null;
  }

  /**
   * Opens a stream, or refuses it where there is no room.
   *
   * @param fullKey of the sentence that says so
   * @param ended called once when an opened stream has ended, however it did
   * @return whether it was opened
   */
  protected final boolean open(
      HttpServletRequest request,
      HttpServletResponse response,
      String fullKey,
      Teller teller,
      Runnable ended)
      throws IOException {
    if (ends || !places.tryAcquire()) {
      response.setHeader("Retry-After", "10");
      refuse(request, response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "transient", fullKey);
      return false;
    }
    response.setContentType("text/event-stream;charset=UTF-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no"); // Proxies that gather answers would keep them.
    AsyncContext stream = request.startAsync();
    stream.setTimeout(0);
    Thread.ofVirtual().name(name + "-", 0).start(() -> show(stream, teller, ended));
    return true;
  }

  /** Answers with an OperationOutcome in the caller's language. */
  protected static void refuse(
      HttpServletRequest request, HttpServletResponse response, int status, String code, String key)
      throws IOException {
    var outcome = Outcomes.empty();
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

  private void show(AsyncContext stream, Teller teller, Runnable ended) {
    try {
      if (isTraced(stream)) {
        teller.tell(new Line(stream.getResponse().getOutputStream()));
      }
    } catch (IOException gone) {
      LOG.debug("The other end of a stream has gone");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failed) {
      LOG.warn("A stream ended: {}", name, failed);
    } finally {
      places.release();
      ended.run();
      try {
        stream.complete();
      } catch (IllegalStateException already) {
        LOG.debug("A stream was over already");
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

  /** An open stream. Used by its thread alone. */
  public final class Line {
    private final OutputStream out;
    private final long begun = System.nanoTime();
    private long sent = begun;

    private Line(OutputStream out) {
      this.out = out;
    }

    /** Whether it is time to end: the page opens another. */
    public boolean isOver() {
      return ends || System.nanoTime() - begun > LONGEST.toNanos();
    }

    /**
     * @param data without line breaks
     */
    public void say(String event, String data) throws IOException {
      write("event: " + event + "\ndata: " + data + "\n\n");
    }

    /**
     * Says that the line stands, where nothing was said for a while: else nobody notices that the
     * other end is gone.
     *
     * @return whether it was time to
     */
    public boolean beat() throws IOException {
      if (System.nanoTime() - sent <= BEATS.toNanos()) {
        return false;
      }
      write(": still here\n\n");
      return true;
    }

    private void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      sent = System.nanoTime();
    }
  }
}
