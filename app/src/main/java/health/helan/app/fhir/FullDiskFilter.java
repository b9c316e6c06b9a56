package health.helan.app.fhir;

import health.helan.app.start.DataFolder;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses writes with 507 while the data folder's disk is nearly full, and lets reads through. A
 * PostgreSQL that cannot extend its log stops altogether; so writes stop before it has to. For the
 * embedded database: an outside one keeps its own disk.
 */
@Component
@Order(FullDiskFilter.ORDER)
final class FullDiskFilter extends OncePerRequestFilter {
  /** After the access filter: who may not write learns nothing about the disk. */
  static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 150;

  private static final Logger log = LoggerFactory.getLogger(FullDiskFilter.class);
  private static final String OUTSIDE_DATABASE = "HELAN_DB_URL";
  private static final Set<String> WRITING = Set.of("POST", "PUT", "PATCH", "DELETE");

  private final DataFolder data;
  private final boolean databaseIsHere;

  /** Last segments of paths to which a POST only reads. */
  private final Set<String> reading;

  private final AtomicBoolean refusing = new AtomicBoolean();

  @Autowired
  FullDiskFilter(DataFolder data, Operations operations) {
    this.data = data;
    String outside = System.getenv(OUTSIDE_DATABASE);
    this.databaseIsHere = outside == null || outside.isBlank();
    this.reading =
        operations.all().stream()
            .map(FhirOperation::spec)
            .filter(operation -> !operation.affectsState())
            .map(operation -> "$" + operation.name())
            .collect(Collectors.toSet());
    reading.add("_search");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    boolean full = databaseIsHere && data.isNearlyFull();
    if (refusing.compareAndSet(!full, full)) {
      if (full) {
        log.error(
            "The disk of the data folder is nearly full; writes are refused until there is room");
      } else {
        log.warn("The disk of the data folder has room again; writes are taken");
      }
    }
    if (full && writes(request)) {
      refuse(request, response);
    } else {
      chain.doFilter(request, response);
    }
  }

  private boolean writes(HttpServletRequest request) {
    String path = request.getRequestURI();
    return WRITING.contains(request.getMethod())
        && request.getHttpServletMapping().getServletName().startsWith("fhir")
        && !(request.getMethod().equals("POST")
            && reading.contains(path.substring(path.lastIndexOf('/') + 1)));
  }

  private static void refuse(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    Refusal refusal = new Refusal(Refusal.Kind.NO_STORE, "store.disk-full");
    byte[] body = Outcomes.bytes(Outcomes.of(refusal, language));
    response.setStatus(refusal.kind().status());
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
