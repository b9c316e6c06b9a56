package health.helan.app.web;

import health.helan.foundation.rest.OuterHeaders;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends a request whose body drips: after half a minute, less than 1 KB a second on average. Tomcat
 * itself ends a connection that is silent for 20 seconds; one that sends a byte now and then would
 * otherwise hold its place, and the memory of a half-read body, for ever.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 80)
final class SlowBodies extends OncePerRequestFilter {
  private static final long GRACE_NANOS = 30_000_000_000L;
  private static final long LEAST_BYTES_PER_SECOND = 1024;

  private final long graceNanos;

  @Autowired
  SlowBodies() {
    this(GRACE_NANOS);
  }

  SlowBodies(long graceNanos) {
    this.graceNanos = graceNanos;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    boolean hasBody =
        request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    if (!hasBody) {
      chain.doFilter(request, response);
      return;
    }
    Watched watched = new Watched(request, graceNanos);
    var outer = new OuterHeaders(response);
    try {
      chain.doFilter(watched, response);
    } catch (TooSlow slow) {
      if (!response.isCommitted()) {
        outer.reset(response);
        response.setStatus(HttpServletResponse.SC_REQUEST_TIMEOUT);
      }
    }
    if (watched.isTooSlow()) {
      response.flushBuffer();
      // Else the connection would be kept to read the rest of the body, drop by drop.
      throw new CloseNowException("the body comes too slowly");
    }
  }

  /** The body's sender is too slow; what was read is dropped. */
  static final class TooSlow extends IOException {
    private static final long serialVersionUID = 1L;

    TooSlow() {
      super("the body comes too slowly");
    }
  }

  private static final class Watched extends HttpServletRequestWrapper {
    private final long graceNanos;
    private @Nullable WatchedStream stream;

    Watched(HttpServletRequest request, long graceNanos) {
      super(request);
      this.graceNanos = graceNanos;
    }

    boolean isTooSlow() {
      return stream != null && stream.tooSlow;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      WatchedStream found = stream;
      if (found == null) {
        found = new WatchedStream(super.getInputStream(), graceNanos, System::nanoTime);
        stream = found;
      }
      return found;
    }
  }

  /**
   * Counts what comes while someone waits for it: a slow reader of ours is not the sender's fault.
   */
  static final class WatchedStream extends BodyStream {
    private final long graceNanos;
    private final LongSupplier clock;
    private long waitedNanos;
    private long bytes;
    private boolean tooSlow;

    WatchedStream(ServletInputStream in, long graceNanos, LongSupplier clock) {
      super(in);
      this.graceNanos = graceNanos;
      this.clock = clock;
    }

    @Override
    public int read() throws IOException {
      long began = clock.getAsLong();
      int read = super.read();
      count(began, read < 0 ? read : 1);
      return read;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      long began = clock.getAsLong();
      int read = super.read(into, from, length);
      count(began, read);
      return read;
    }

    private void count(long began, int read) throws TooSlow {
      waitedNanos += clock.getAsLong() - began;
      if (read < 0) {
        return;
      }
      bytes += read;
      if (waitedNanos > graceNanos
          && bytes < waitedNanos / 1_000_000 * LEAST_BYTES_PER_SECOND / 1000) {
        tooSlow = true;
        throw new TooSlow();
      }
    }
  }
}
