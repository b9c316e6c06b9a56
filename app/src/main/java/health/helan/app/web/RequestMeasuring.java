package health.helan.app.web;

import io.micrometer.common.KeyValue;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;

/**
 * Labels of the request timer ({@code http_server_requests_seconds}) and of the trace span that an
 * added Micrometer tracer makes of it: the shape of the path instead of the path.
 */
@Component
final class RequestMeasuring extends DefaultServerRequestObservationConvention {
  @Override
  protected KeyValue uri(ServerRequestObservationContext context) {
    return KeyValue.of("uri", template(context));
  }

  @Override
  public String getContextualName(ServerRequestObservationContext context) {
    return "http " + template(context);
  }

  /** The default is the whole address, with ids and search values. */
  @Override
  protected KeyValue httpUrl(ServerRequestObservationContext context) {
    return KeyValue.of("http.url", template(context));
  }

  private static String template(ServerRequestObservationContext context) {
    var request = context.getCarrier();
    return request == null ? "UNKNOWN" : RouteTemplate.of(RequestLog.path(request));
  }
}
