package health.helan.app.oversight;

import health.helan.app.access.AccessFilter;
import health.helan.app.web.BodyStream;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers 429 with {@code Retry-After} to an institution, or a system of none, that has used up its
 * minute, so that one cannot take the platform from all others. Whoever holds the operator token is
 * let through. Counted as {@code helan_quota_refused_total} by tenant and part.
 */
@Component
@Order(QuotaFilter.ORDER)
final class QuotaFilter extends OncePerRequestFilter {
  /** Within the audit: refusals leave their row. After it is known who calls. */
  static final int ORDER = AccessFilter.ORDER + 10;

  private static final int TOO_MANY_REQUESTS = 429;

  private final Quota quota;
  private final MeterRegistry meters;

  @Autowired
  QuotaFilter(MeterRegistry meters) {
    this(
        Quota.of(
            System.getenv("HELAN_QUOTA_REQUESTS"),
            System.getenv("HELAN_QUOTA_MEGABYTES"),
            System.getenv("HELAN_QUOTAS")),
        meters);
  }

  QuotaFilter(Quota quota, MeterRegistry meters) {
    this.quota = quota;
    this.meters = meters;
  }

  private static @Nullable String tenant(HttpServletRequest request) {
    if (!(request.getAttribute(FhirServlet.CALLER) instanceof Caller caller) || caller.isRoot()) {
      return null;
    }
    return caller.institution().isEmpty() ? caller.subject() : caller.institution();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String tenant = quota.isOn() ? tenant(request) : null;
    if (tenant == null) {
      chain.doFilter(request, response);
      return;
    }
    Quota.Wait wait = quota.take(tenant);
    if (wait != null) {
      refuse(request, response, tenant, wait);
      return;
    }
    if (quota.limit(tenant).bytes() == 0) {
      chain.doFilter(request, response);
      return;
    }
    var bytes = new AtomicLong();
    try {
      chain.doFilter(new Counted(request, bytes), new CountedAnswer(response, bytes));
    } finally {
      quota.moved(tenant, bytes.get());
    }
  }

  private void refuse(
      HttpServletRequest request, HttpServletResponse response, String tenant, Quota.Wait wait)
      throws IOException {
    String part = wait.part().name().toLowerCase(Locale.ROOT);
    Counter.builder("helan.quota.refused")
        .description("requests refused because a tenant had used up its minute")
        .tag("tenant", tenant)
        .tag("part", part)
        .register(meters)
        .increment();
    var outcome = Outcomes.empty();
    Outcomes.issue(
        outcome,
        "error",
        "throttled",
        Messages.of(
            Messages.language(request.getHeader("Accept-Language")),
            switch (wait.part()) {
              case REQUESTS -> "quota.requests";
              case BYTES -> "quota.bytes";
            },
            List.of(wait.seconds())),
        null);
    byte[] body = Outcomes.bytes(outcome);
    response.setStatus(TOO_MANY_REQUESTS);
    response.setHeader("Retry-After", Long.toString(wait.seconds()));
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** Counts the body that comes. */
  private static final class Counted extends HttpServletRequestWrapper {
    private final AtomicLong bytes;
    private @Nullable ServletInputStream stream;

    Counted(HttpServletRequest request, AtomicLong bytes) {
      super(request);
      this.bytes = bytes;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      ServletInputStream found = stream;
      if (found == null) {
        found = new In(super.getInputStream(), bytes);
        stream = found;
      }
      return found;
    }
  }

  private static final class In extends BodyStream {
    private final AtomicLong bytes;

    In(ServletInputStream in, AtomicLong bytes) {
      super(in);
      this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      bytes.addAndGet(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int read = super.read(into, from, length);
      bytes.addAndGet(Math.max(0, read));
      return read;
    }
  }

  /** Counts the body that leaves. */
  private static final class CountedAnswer extends HttpServletResponseWrapper {
    private final AtomicLong bytes;
    private @Nullable ServletOutputStream stream;

    CountedAnswer(HttpServletResponse response, AtomicLong bytes) {
      super(response);
      this.bytes = bytes;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
      ServletOutputStream found = stream;
      if (found == null) {
        found = new Out(super.getOutputStream(), bytes);
        stream = found;
      }
      return found;
    }
  }

  private static final class Out extends ServletOutputStream {
    private final ServletOutputStream out;
    private final AtomicLong bytes;

    Out(ServletOutputStream out, AtomicLong bytes) {
      this.out = out;
      this.bytes = bytes;
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      bytes.incrementAndGet();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      out.write(from, offset, length);
      bytes.addAndGet(length);
    }

    @Override
    public boolean isReady() {
      return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      out.setWriteListener(listener);
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
