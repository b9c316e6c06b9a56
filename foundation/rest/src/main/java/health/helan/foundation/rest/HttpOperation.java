package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operation that needs more of HTTP than parameters and a body: headers of its own, DELETE, or
 * contents that are streamed. Cannot be called in a bundle.
 */
public interface HttpOperation extends FhirOperation {

  /**
   * A call.
   *
   * @param method GET (also for HEAD), POST or DELETE
   * @param type null at system level
   * @param id null but at instance level
   * @param body of a POST; null for none
   * @param trace keeps the trace of the request with the status that it is given; whoever writes
   *     the answer itself calls it before the first byte leaves
   */
  record HttpCall(
      HttpServletRequest request,
      HttpServletResponse response,
      Caller caller,
      RecordStore store,
      String method,
      @Nullable String type,
      @Nullable String id,
      Query query,
      @Nullable ObjectNode body,
      String base,
      Locale language,
      IntConsumer trace) {

    /** For what reads parameters from the URL or from {@code Parameters}. */
    public Call call() {
      return new Call(caller, store, method, type, id, query, body, base, language);
    }
  }

  /**
   * @return null when the answer is written already
   * @throws Refusal what the caller can mend
   */
  @Nullable Answer serve(HttpCall call) throws IOException;

  @Override
  default Answer execute(Call call) {
    throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "rest.operation-by-itself", spec().name());
  }
}
