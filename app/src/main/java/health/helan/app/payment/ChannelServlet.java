package health.helan.app.payment;

import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.payment.Payments;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code POST /pay/[channel]}: what a channel tells by itself. Nobody signs in here: the channel
 * proves by its signature who it is, and is asked for the rest.
 */
final class ChannelServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 64 << 10;

  private final transient Payments payments;

  ChannelServlet(Payments payments) {
    this.payments = payments;
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo() == null ? "" : request.getPathInfo();
    try {
      byte[] body = request.getInputStream().readNBytes(LONGEST + 1);
      if (body.length > LONGEST) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "payment.notification");
      }
      payments.notified(path.replaceFirst("^/", ""), body, request::getHeader);
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } catch (Refusal refused) {
      byte[] outcome =
          Outcomes.bytes(
              Outcomes.of(refused, Messages.language(request.getHeader("Accept-Language"))));
      response.setStatus(refused.kind().status());
      response.setContentType("application/fhir+json;charset=UTF-8");
      response.getOutputStream().write(outcome);
    }
  }
}
