package health.helan.foundation.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the trace of every request is kept. The door of the API calls it once for each request,
 * refused or not, before the answer leaves. Implemented by trust.
 */
@FunctionalInterface
public interface AuditSink {

  /**
   * Keeps the trace of a request; returns when it would survive a power cut.
   *
   * @throws Refusal TRANSIENT if it cannot be kept: nothing may be answered then but this
   */
  void record(Request request);

  /** A request has come that will leave a trace: those that are near it may share its commit. */
  default void arrives() {}

  /** It has been answered. */
  default void leaves() {}

  /** Keeps nothing: for tests of other matters, and for measuring what the audit costs. */
  AuditSink NONE = request -> {};

  /**
   * A request and what became of it. No resident's data in clear: what was asked for stands here as
   * a digest, patients as digests of {@code Patient/id} (the column {@code patient} of the rows).
   *
   * @param at when the answer was ready to leave
   * @param caller null when it was refused before anyone knew who called
   * @param remote address that it came from
   * @param interaction code of FHIR R4 {@code restful-interaction} (http://hl7.org/fhir/R4,
   *     valueset-type-restful-interaction.html); {@code other} for what is none
   * @param type resource type; empty for none or several
   * @param id of the one resource it was about; empty for none or several
   * @param operation name of the operation without the dollar sign; empty for none
   * @param parameters names of the parameters, sorted; unknown names stand as {@code ?}
   * @param query keyed digest of path and query
   * @param status HTTP status of the answer
   * @param count resources that were answered or changed, or read for the answer
   * @param refused entries of a batch that were refused
   * @param millis from its arrival until the answer was ready
   * @param subjects digests of the patients whose data were answered or changed, and of those that
   *     were asked for by id; ascending, each once
   */
  record Request(
      Instant at,
      @Nullable Caller caller,
      String remote,
      String interaction,
      String type,
      String id,
      String operation,
      List<String> parameters,
      long query,
      int status,
      int count,
      int refused,
      int millis,
      long[] subjects) {

    /**
     * The same request when it was answered 503 in the end, since its trace was not kept in time.
     */
    public Request unanswered(Instant at) {
      return new Request(
          at,
          caller,
          remote,
          interaction,
          type,
          id,
          operation,
          parameters,
          query,
          Refusal.Kind.TRANSIENT.status(),
          0,
          0,
          millis,
          subjects);
    }
  }
}
