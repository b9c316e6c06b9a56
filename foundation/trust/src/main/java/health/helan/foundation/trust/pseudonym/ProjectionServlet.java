package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The projection's API, at a base of its own. While the projection is not whole it answers nothing:
 * half of the residents would be a wrong number in somebody's report.
 */
public final class ProjectionServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Projection projection;
  private final transient Function<RecordStore, FhirServlet> api;
  private transient volatile @Nullable FhirServlet ready;

  /**
   * @param projection null where it is switched off
   * @param api makes the API over the projection's store, once
   */
  public ProjectionServlet(
      @Nullable Projection projection, Function<RecordStore, FhirServlet> api) {
    this.projection = projection;
    this.api = api;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    Projection asked = projection;
    if (asked == null) {
      refuse(request, response, new Refusal(Refusal.Kind.NOT_FOUND, "pseudonym.off"));
      return;
    }
    RecordStore store = asked.store();
    if (store == null || asked.state() != Projection.State.WHOLE) {
      response.setHeader("Retry-After", "60");
      refuse(request, response, new Refusal(Refusal.Kind.TRANSIENT, "pseudonym.not-ready"));
      return;
    }
    of(store).service(request, response);
  }

  private synchronized FhirServlet of(RecordStore store) {
    FhirServlet there = ready;
    if (there == null) {
      there = api.apply(store);
      ready = there;
    }
    return there;
  }

  private static void refuse(
      HttpServletRequest request, HttpServletResponse response, Refusal refusal)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    byte[] body = Outcomes.bytes(Outcomes.of(refusal, language));
    response.setStatus(refusal.kind().status());
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
