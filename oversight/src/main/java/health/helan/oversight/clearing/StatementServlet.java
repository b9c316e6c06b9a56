package health.helan.oversight.clearing;

import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.rest.Query;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /statements/[kind]/[code]/[day]}: the file of a statement, as it is or as gzip; the
 * body is the file, and is put down on disk until it is whole. {@code institution}: whose own list
 * it is, by the clearing centre; finance officers and systems of an institution send its own.
 * {@code replaces=true}: it takes the place of another. Answers Parameters with {@code statement}.
 */
public final class StatementServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient RecordStore store;
  private final transient Clearing clearing;

  public StatementServlet(RecordStore store, Clearing clearing) {
    this.store = store;
    this.clearing = clearing;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    try {
      ObjectNode answer = Words.parameters();
      ClearingOperations.told(Words.of(answer).group("statement"), take(request));
      write(response, 200, Json.MAPPER.writeValueAsBytes(answer));
    } catch (Refusal e) {
      refuse(response, e, language);
    } catch (UncheckedIOException e) {
      // The sender was cut off; nothing was taken.
      refuse(response, new Refusal(Refusal.Kind.INVALID, "clearing.cut"), language);
    } catch (Sql.DatabaseFailed e) {
      refuse(response, new Refusal(Refusal.Kind.TRANSIENT, "store.unreachable"), language);
    }
  }

  private static void refuse(HttpServletResponse response, Refusal refusal, Locale language)
      throws IOException {
    if (refusal.kind() == Refusal.Kind.TRANSIENT) {
      response.setHeader("Retry-After", "2");
    }
    write(response, refusal.kind().status(), Outcomes.bytes(Outcomes.of(refusal, language)));
  }

  private static void write(HttpServletResponse response, int status, byte[] body)
      throws IOException {
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private Statement take(HttpServletRequest request) throws IOException {
    if (!(request.getAttribute(FhirServlet.CALLER) instanceof Caller caller)) {
      throw new Refusal(Refusal.Kind.LOGIN, "rest.login");
    }
    store.checkMayOperate(caller, ClearingOperations.STATEMENT);
    if (!request.getMethod().equals("POST")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", "POST");
    }
    String path = request.getPathInfo() == null ? "" : request.getPathInfo();
    String[] parts = path.split("/", -1);
    if (parts.length != 4) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.counterpart");
    }
    Counterpart counterpart = Counterpart.of(parts[1] + "/" + parts[2]);
    LocalDate day = Given.day("day", parts[3]);
    String own = clearing.officers().institution(caller);
    // Of the address alone: whatever type the sender says, the body is the file.
    Query query = Query.parse(request.getQueryString());
    String asked = query.first("institution");
    if (own == null) {
      Officers.centre(caller);
    } else if (asked != null && !asked.equals(own)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
    }
    String institution = own == null ? asked == null ? "" : asked : own;
    if (!institution.matches("[A-Za-z0-9.-]{0,64}")) {
      throw new Refusal(Refusal.Kind.VALUE, "clearing.other-institution");
    }
    return clearing
        .statements()
        .take(
            caller,
            counterpart,
            day,
            institution,
            "true".equals(query.first("replaces")),
            request.getInputStream());
  }
}
