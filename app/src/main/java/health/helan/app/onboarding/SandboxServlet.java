package health.helan.app.onboarding;

import health.helan.foundation.onboarding.Sandbox;
import health.helan.foundation.onboarding.Witness;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A door of the sandbox, which is opened with the first request that comes through. */
final class SandboxServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient Sandbox sandbox;
  private final transient Witness witness;
  private final transient Predicate<HttpServletRequest> isTls;
  private final transient Function<Sandbox.Open, HttpServlet> api;
  private transient volatile @Nullable HttpServlet ready;

  SandboxServlet(
      Sandbox sandbox,
      Witness witness,
      Predicate<HttpServletRequest> isTls,
      Function<Sandbox.Open, HttpServlet> api) {
    this.sandbox = sandbox;
    this.witness = witness;
    this.isTls = isTls;
    this.api = api;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    HttpServlet door;
    try {
      door = door();
    } catch (Refusal e) {
      refuse(request, response, e);
      return;
    }
    try {
      ScopedValue.where(Witness.OVER_TLS, isTls.test(request))
          .call(
              () -> {
                if (request.getAttribute(FhirServlet.CALLER) instanceof Caller caller) {
                  witness.visit(caller);
                }
                door.service(request, response);
                return true;
              });
    } catch (IOException | ServletException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new ServletException(e);
    }
  }

  private synchronized HttpServlet door() {
    HttpServlet there = ready;
    if (there == null) {
      there = api.apply(sandbox.open());
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
    response.setHeader("Retry-After", "10");
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
