package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.wire.GuardedHttp;
import health.helan.foundation.store.Refusal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/** Requests to endpoints of subscribers; of the answers only the status counts. */
final class RestHook {
  private final GuardedHttp http;

  /**
   * @param allowed networks that may be connected to
   * @param patience for the connection, and for the answer; three times as long for everything
   *     together
   */
  RestHook(Predicate<InetAddress> allowed, Duration patience) {
    this.http = new GuardedHttp(allowed, patience);
  }

  /** What came of a request: its status, or a word for why there was none. */
  record Result(int status, String fault) {
    boolean isTaken() {
      return status >= 200 && status < 300;
    }

    String text() {
      return status > 0 ? "HTTP " + status : fault;
    }
  }

  /**
   * Looks whether an address can be one at all, when a subscription is written.
   *
   * @throws Refusal UNPROCESSABLE
   */
  void check(String endpoint) {
    switch (http.flaw(endpoint)) {
      case null -> {
        // It can.
      }
      case FORM -> throw Criteria.at("Subscription.channel.endpoint", "subscription.endpoint");
      case HTTPS ->
          throw Criteria.at("Subscription.channel.endpoint", "subscription.endpoint-https");
      case NETWORK ->
          throw Criteria.at("Subscription.channel.endpoint", "subscription.endpoint-network");
    }
  }

  /**
   * Sends a request and reads the status of the answer.
   *
   * @param suffix appended to the path of the endpoint; empty for none
   * @param contentType empty for no body
   */
  Result send(
      String method,
      String endpoint,
      String suffix,
      Map<String, String> headers,
      String contentType,
      byte[] body) {
    GuardedHttp.Reply reply = http.send(method, endpoint, suffix, headers, contentType, body, 0);
    return new Result(reply.status(), reply.fault());
  }
}
