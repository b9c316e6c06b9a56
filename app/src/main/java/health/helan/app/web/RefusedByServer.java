package health.helan.app.web;

import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * What the server refuses before any filter or servlet sees it, such as an address that is no
 * address: answered with an OperationOutcome like every other refusal, where Tomcat has a page of
 * HTML.
 */
@Component
final class RefusedByServer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.addContextCustomizers(
        context -> context.getParent().getPipeline().addValve(new Outcomes()));
  }

  private static final class Outcomes extends ErrorReportValve {
    /** The header with the language may be what was broken, so both languages are told. */
    private static final String OUTCOME =
        """
        {"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"%s","diagnostics":"%s"}]}""";

    private static final String NOT_HTTP =
        "请求不符合 HTTP 规范。地址中的中文等字符须做百分号编码（curl：-G --data-urlencode）。"
            + " / The request is not proper HTTP. Letters beyond ASCII in an address must be"
            + " percent-encoded (curl: -G --data-urlencode).";
    private static final String REFUSED = "服务器拒绝了请求。 / The server refused the request.";

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
      int status = response.getStatus();
      if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
        return;
      }
      String body =
          status == 400
              ? OUTCOME.formatted("invalid", NOT_HTTP)
              : OUTCOME.formatted(status < 500 ? "processing" : "exception", REFUSED);
      try {
        response.setContentType("application/fhir+json");
        response.setCharacterEncoding("UTF-8");
        Writer writer = response.getReporter();
        if (writer != null) {
          writer.write(body);
          response.finishResponse();
        }
      } catch (IOException | IllegalStateException gone) {
        // The caller has left, or part of an answer is on its way: nothing more can be said.
      }
    }
  }
}
