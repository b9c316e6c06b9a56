package health.helan.app.audit;

import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.OuterHeaders;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps the trace of what never reached the API: requests for it that were answered before, above
 * all refused for want of a caller, and refusals of sign-in elsewhere (401, 403). What the API
 * answered is traced there.
 */
@Component
@Order(AuditFilter.ORDER)
final class AuditFilter extends OncePerRequestFilter {
  /** Around everything that may refuse; within what tells browsers their rules. */
  static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 75;

  private static final Logger LOG = LoggerFactory.getLogger(AuditFilter.class);

  private static final int TOO_MANY_REQUESTS = 429;

  private static final byte[] UNWRITABLE =
      """
      {"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"transient","diagnostics":\
      "本次请求的审计记录暂时无法写入，因此不予应答；请稍后再试。 The trace of this request cannot be kept right now, so that nothing is answered; try again in a moment."}]}\
      """
          .getBytes(StandardCharsets.UTF_8);

  private final Audits audits;

  AuditFilter(Audits audits) {
    this.audits = audits;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Audits.Audit audit = audits.begin(request);
    var outer = new OuterHeaders(response);
    var held = new Held(request, response, audit);
    boolean answered = false;
    audits.arrives();
    try {
      chain.doFilter(request, held);
      answered = true;
    } finally {
      try {
        int status = answered ? response.getStatus() : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
        if (isTraced(request, audit, status)) {
          record(audit, status, outer, held);
        }
      } finally {
        audits.leaves();
      }
    }
  }

  private static boolean isTraced(HttpServletRequest request, Audits.Audit audit, int status) {
    if (audit.isRecorded()) {
      return false;
    }
    boolean isRefusal =
        status == HttpServletResponse.SC_UNAUTHORIZED || status == HttpServletResponse.SC_FORBIDDEN;
    // What a browser asks beforehand (CORS) is answered by rule, not from the records.
    boolean isPreflight = request.getMethod().equals("OPTIONS") && status < 400;
    String door = request.getServletPath();
    // Messages that are taken are traced one by one, where they are carried out.
    boolean isMessageRefused =
        (door.startsWith("/hl7v2") || door.startsWith("/intake") || door.equals("/edge"))
            && status >= 400;
    // Who was told to come back later was told nothing, and may not fill the audit.
    boolean isPublic = door.startsWith("/public") && status != TOO_MANY_REQUESTS;
    boolean isStream = door.equals("/hall") || door.equals("/access/notices");
    boolean isChannel = door.startsWith("/pay") || door.startsWith("/statements");
    return isRefusal
        || isMessageRefused
        || (door.startsWith("/fhir") || isPublic || isStream || isChannel) && !isPreflight;
  }

  private static void record(Audits.Audit audit, int status, OuterHeaders outer, Held response)
      throws IOException {
    try {
      audit.record(status);
      response.letGo();
    } catch (Refusal e) {
      if (response.isCommitted()) {
        // A refusal that holds nothing of the records has left already.
        LOG.warn("An answer with status {} left without its trace", status);
        return;
      }
      outer.reset(response);
      response.setStatus(e.kind().status());
      response.setHeader("Retry-After", "2");
      response.setHeader("Cache-Control", "no-store");
      response.setContentType("application/fhir+json;charset=UTF-8");
      response.setContentLength(UNWRITABLE.length);
      response.getOutputStream().write(UNWRITABLE);
      response.letGo();
    }
  }

  /**
   * Keeps an answer here until it has its trace: with its last byte a response whose length is
   * known leaves (Jakarta Servlet 6.1, 5.7), so its length is told afterwards.
   */
  private static final class Held extends HttpServletResponseWrapper {
    private final HttpServletRequest request;
    private final Audits.Audit audit;
    private long length = -1;

    Held(HttpServletRequest request, HttpServletResponse response, Audits.Audit audit) {
      super(response);
      this.request = request;
      this.audit = audit;
    }

    @Override
    public void setContentLength(int length) {
      setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
      if (isTraced(request, audit, getStatus())) {
        this.length = length;
      } else {
        super.setContentLengthLong(length);
      }
    }

    private void letGo() {
      if (length >= 0 && !isCommitted()) {
        super.setContentLengthLong(length);
      }
    }
  }
}
