package health.helan.foundation.delivery.export;

import health.helan.foundation.delivery.export.ExportJobs.File;
import health.helan.foundation.delivery.export.ExportJobs.Job;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.HttpOperation;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.NoSuchObject;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code $export-file?job=[id]&file=[number]}: a file of a completed export, packed for who takes
 * gzip. The trace of the request names every resident in it.
 */
final class ExportFileOperation implements HttpOperation {
  private final ExportJobs jobs;
  private final ObjectStore objects;
  private final Exports exports;

  ExportFileOperation(ExportJobs jobs, ObjectStore objects, Exports exports) {
    this.jobs = jobs;
    this.objects = objects;
    this.exports = exports;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "export-file",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/export-file");
  }

  @Override
  public @Nullable Answer serve(HttpCall call) throws IOException {
    if (!call.method().equals("GET")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", call.method());
    }
    Job job = ExportStatusOperation.job(call, jobs);
    exports.checkAgreed(job.request());
    String number = call.query().first("file");
    File file =
        !job.state().equals("completed") || number == null || !number.matches("[0-9]{1,9}")
            ? null
            : jobs.file(job.id(), Integer.parseInt(number));
    if (file == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "export.no-such-file");
    }
    String accepted = call.request().getHeader("Accept-Encoding");
    boolean packed = accepted != null && accepted.contains("gzip");
    try (InputStream stored = objects.open(file.object(), Range.ALL);
        InputStream in = packed ? stored : new GZIPInputStream(stored, 64 << 10)) {
      for (long patient : file.patients()) {
        AccessTrail.noteAsked(patient);
      }
      call.trace().accept(200);
      var response = call.response();
      response.setStatus(200);
      response.setHeader("Cache-Control", "no-store");
      response.addHeader("Vary", "Accept-Encoding, Authorization");
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.setContentType("application/fhir+ndjson");
      if (packed) {
        response.setHeader("Content-Encoding", "gzip");
      } else {
        response.setContentLengthLong(file.bytes());
      }
      if (!call.request().getMethod().equals("HEAD")) {
        in.transferTo(response.getOutputStream());
      }
      return null;
    } catch (NoSuchObject e) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "export.no-such-file");
    }
  }
}
