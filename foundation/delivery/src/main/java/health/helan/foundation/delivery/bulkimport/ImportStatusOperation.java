package health.helan.foundation.delivery.bulkimport;

import health.helan.foundation.delivery.bulkimport.ImportJobs.Counts;
import health.helan.foundation.delivery.bulkimport.ImportJobs.Input;
import health.helan.foundation.delivery.bulkimport.ImportJobs.Job;
import health.helan.foundation.delivery.kept.KeptCaller;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.HttpOperation;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $import-status?job=[id]}: 202 with {@code X-Progress} while it runs, then what became of
 * each file; DELETE cancels it, and what is stored stays. {@code $import-errors?job=[id]&file=[n]}:
 * lines that were refused, as NDJSON of OperationOutcomes. Only for who asked for the job; for
 * others there is none.
 */
final class ImportStatusOperation implements HttpOperation {
  private final ImportJobs jobs;
  private final boolean errors;

  ImportStatusOperation(ImportJobs jobs, boolean errors) {
    this.jobs = jobs;
    this.errors = errors;
  }

  @Override
  public Spec spec() {
    String name = errors ? "import-errors" : "import-status";
    return new Spec(
        name,
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/" + name);
  }

  private Job job(HttpCall call) {
    String id = call.query().first("job");
    Job job = id == null ? null : jobs.find(id);
    if (job == null
        || job.state().equals("cancelled")
        || !KeptCaller.isSame(job.caller(), call.caller())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "import.no-such-job");
    }
    return job;
  }

  @Override
  public @Nullable Answer serve(HttpCall call) throws IOException {
    Job job = job(call);
    if (errors && call.method().equals("GET")) {
      String file = call.query().first("file");
      if (file == null || !file.matches("\\d{1,4}")) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "export.no-such-file");
      }
      String lines = String.join("\n", jobs.errors(job.id(), Integer.parseInt(file)));
      return write(call, lines.getBytes(StandardCharsets.UTF_8), "application/fhir+ndjson");
    }
    if (!errors && call.method().equals("DELETE")) {
      jobs.cancel(job.id(), Imports.now());
      return new Answer(202, null, null, 0, null);
    }
    if (!call.method().equals("GET")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", call.method());
    }
    if (job.state().equals("failed")) {
      var fault = new Refusal(Refusal.Kind.INVALID, job.fault());
      return Answer.status(500, Outcomes.bytes(Outcomes.of(fault, call.language())));
    }
    List<Counts> counts = jobs.counts(job.id());
    if (job.isOpen()) {
      long stored = counts.stream().mapToLong(Counts::stored).sum();
      call.response()
          .setHeader(
              "X-Progress",
              "file "
                  + (job.file() + 1)
                  + " of "
                  + job.inputs().size()
                  + ", "
                  + stored
                  + " resources"
                  + (job.fault().isEmpty() ? "" : ", waiting: " + job.fault()));
      call.response().setHeader("Retry-After", "5");
      return new Answer(202, null, null, 0, null);
    }
    return write(
        call, Json.MAPPER.writeValueAsBytes(manifest(call, job, counts)), "application/json");
  }

  private static @Nullable Answer write(HttpCall call, byte[] body, String mediaType)
      throws IOException {
    call.trace().accept(200);
    var response = call.response();
    response.setStatus(200);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType(mediaType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
    return null;
  }

  private static ObjectNode manifest(HttpCall call, Job job, List<Counts> counts) {
    ObjectNode manifest = Json.MAPPER.createObjectNode();
    manifest.put("transactionTime", job.made().toString());
    manifest.put("requiresAccessToken", true);
    ArrayNode output = manifest.putArray("output");
    ArrayNode error = manifest.putArray("error");
    for (Counts one : counts) {
      Input input = job.inputs().get(one.file());
      output
          .addObject()
          .put("type", input.type())
          .put("inputUrl", input.url())
          .put("count", one.stored());
      if (one.refused() > 0 || !one.fault().isEmpty()) {
        ObjectNode told =
            error
                .addObject()
                .put("type", "OperationOutcome")
                .put("inputUrl", input.url())
                .put("count", one.refused())
                .put(
                    "url", call.base() + "/$import-errors?job=" + job.id() + "&file=" + one.file());
        if (!one.fault().isEmpty()) {
          told.put("fault", one.fault());
        }
      }
    }
    return manifest;
  }
}
