package health.helan.pharmacy.review;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@link CdsHooks} at {@code /fhir/cds-services}: below {@code /fhir}, so that sign-in, policy,
 * quota and trace are those of the records. Who calls stands in {@link FhirServlet#CALLER}.
 */
public final class CdsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** Where it is served. */
  public static final String PATH = "/fhir/cds-services";

  private static final int LARGEST = 1 << 20;
  private static final String FEEDBACK = "/feedback";

  private final transient CdsHooks hooks;
  private final transient RecordStore store;

  public CdsServlet(CdsHooks hooks, RecordStore store) {
    this.hooks = hooks;
    this.store = store;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    try {
      if (!(request.getAttribute(FhirServlet.CALLER) instanceof Caller caller)) {
        throw new Refusal(Refusal.Kind.LOGIN, "rest.login");
      }
      store.checkMayOperate(caller, ReviewOperations.SCREEN);
      ObjectNode answer = answer(caller, request, language);
      if (answer == null) {
        response.setStatus(HttpServletResponse.SC_OK);
      } else {
        write(response, HttpServletResponse.SC_OK, "application/json", answer);
      }
    } catch (Refusal e) {
      write(response, e.kind().status(), "application/fhir+json", Outcomes.of(e, language));
    } catch (Sql.DatabaseFailed e) {
      log("Review could not be asked", e);
      var refusal = new Refusal(Refusal.Kind.TRANSIENT, "review.database");
      write(
          response,
          refusal.kind().status(),
          "application/fhir+json",
          Outcomes.of(refusal, language));
    }
  }

  private @Nullable ObjectNode answer(Caller caller, HttpServletRequest request, Locale language)
      throws IOException {
    String path = request.getPathInfo() == null ? "" : request.getPathInfo();
    if (path.isEmpty() || path.equals("/")) {
      if (!request.getMethod().equals("GET")) {
        throw new Refusal(Refusal.Kind.METHOD, "rest.method", request.getMethod());
      }
      return hooks.discovery(language);
    }
    if (!request.getMethod().equals("POST")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", request.getMethod());
    }
    JsonNode body = body(request);
    String id = path.substring(1);
    if (id.endsWith(FEEDBACK)) {
      hooks.feedback(id.substring(0, id.length() - FEEDBACK.length()), body);
      return null;
    }
    return hooks.call(caller, id, body, language);
  }

  private static JsonNode body(HttpServletRequest request) throws IOException {
    byte[] body = request.getInputStream().readNBytes(LARGEST + 1);
    if (body.length > LARGEST) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "rest.body-too-long", LARGEST >> 20);
    }
    try {
      if (Json.MAPPER.readTree(body) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      // Told below.
    }
    throw new Refusal(Refusal.Kind.STRUCTURE, "review.hook-json");
  }

  private static void write(
      HttpServletResponse response, int status, String mediaType, ObjectNode body)
      throws IOException {
    byte[] bytes = Json.MAPPER.writeValueAsBytes(body);
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType(mediaType + ";charset=UTF-8");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
