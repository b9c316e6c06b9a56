package health.helan.foundation.delivery.export;

import health.helan.foundation.delivery.export.ExportJobs.File;
import health.helan.foundation.delivery.export.ExportJobs.Job;
import health.helan.foundation.delivery.kept.KeptCaller;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.HttpOperation;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $export-status?job=[id]} (Bulk Data Access 2.0, "Bulk Data Status Request" and "Bulk Data
 * Delete Request"): 202 with {@code X-Progress} while it runs, then the manifest; DELETE cancels
 * it, or erases its files. Only for who asked for the job; for others there is none.
 */
final class ExportStatusOperation implements HttpOperation {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Exports exports;
  private final ExportJobs jobs;

  ExportStatusOperation(Exports exports, ExportJobs jobs) {
    this.exports = exports;
    this.jobs = jobs;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "export-status",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/export-status");
  }

  /** The caller's job. */
  static Job job(HttpCall call, ExportJobs jobs) {
    String id = call.query().first("job");
    Job job = id == null ? null : jobs.find(id);
    if (job == null
        || job.state().equals("cancelled")
        || !KeptCaller.isSame(job.caller(), call.caller())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "export.no-such-job");
    }
    return job;
  }

  @Override
  public @Nullable Answer serve(HttpCall call) throws IOException {
    Job job = job(call, jobs);
    switch (call.method()) {
      case "DELETE" -> {
        exports.cancel(job.id());
        return new Answer(202, null, null, 0, null);
      }
      case "GET" -> {
        // Below.
      }
      default -> throw new Refusal(Refusal.Kind.METHOD, "rest.method", call.method());
    }
    if (job.state().equals("failed")) {
      var fault = new Refusal(Refusal.Kind.INVALID, job.fault());
      return Answer.status(500, Outcomes.bytes(Outcomes.of(fault, call.language())));
    }
    var response = call.response();
    if (job.isOpen()) {
      long seconds = Duration.between(job.made(), Instant.now()).toSeconds();
      response.setHeader(
          "X-Progress", exports.percent(job) + "%, " + job.exported() + " resources");
      response.setHeader("Retry-After", Long.toString(Math.clamp(seconds / 10, 1, 60)));
      return new Answer(202, null, null, 0, null);
    }
    byte[] manifest = Json.MAPPER.writeValueAsBytes(manifest(job, jobs.files(job.id())));
    call.trace().accept(200);
    response.setStatus(200);
    response.setHeader("Cache-Control", "no-store");
    Instant finished = job.finished();
    if (finished != null) {
      response.setHeader("Expires", HTTP_DATE.format(finished.plus(exports.settings().keep())));
    }
    response.setContentType("application/json");
    response.setContentLength(manifest.length);
    response.getOutputStream().write(manifest);
    return null;
  }

  private static ObjectNode manifest(Job job, List<File> files) {
    ObjectNode manifest = Json.MAPPER.createObjectNode();
    manifest.put("transactionTime", job.request().time().toString());
    manifest.put("request", job.request().url());
    manifest.put("requiresAccessToken", true);
    for (String kind : List.of("output", "deleted", "error")) {
      ArrayNode list = manifest.putArray(kind);
      for (File file : files) {
        if (file.kind().equals(kind)) {
          list.addObject()
              .put("type", file.type())
              .put(
                  "url",
                  job.request().base() + "/$export-file?job=" + job.id() + "&file=" + file.number())
              .put("count", file.count());
        }
      }
    }
    return manifest;
  }
}
