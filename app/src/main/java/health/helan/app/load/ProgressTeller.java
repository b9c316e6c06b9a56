package health.helan.app.load;

import health.helan.app.start.Console;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells the person at the console and the platform how far a load is, until it is closed. */
final class ProgressTeller implements AutoCloseable {
  private static final Duration CONSOLE_EVERY = Duration.ofMillis(200);
  private static final int PLATFORM_EVERY = 10;
  private static final JsonMapper JSON = new JsonMapper();

  private final Progress progress;
  private final Console console;
  private final Sender sender;
  private final String what;
  private final Thread thread;
  private boolean finished;

  private ProgressTeller(Progress progress, Console console, Sender sender, String what) {
    this.progress = progress;
    this.console = console;
    this.sender = sender;
    this.what = what;
    this.thread = Thread.ofVirtual().name("load-progress").unstarted(this::tell);
  }

  static ProgressTeller start(Progress progress, Console console, Sender sender, String what) {
    ProgressTeller teller = new ProgressTeller(progress, console, sender, what);
    teller.thread.start();
    return teller;
  }

  private void tell() {
    try {
      for (int round = 0; ; round++) {
        if (round % PLATFORM_EVERY == 0) {
          sender.tell(parameters("running"));
        }
        long total = Math.max(1, progress.totalBytes().get());
        // The whole is told by finish() alone: sizes in archives are not always right.
        console.progress(
            what, Math.min(total - 1, progress.doneBytes().get()), total, progress.detail());
        Thread.sleep(CONSOLE_EVERY);
      }
    } catch (InterruptedException closed) {
      // What finish() asked for.
    }
  }

  /**
   * @param done false when the load was broken off
   */
  void finish(boolean done) {
    if (finished) {
      return;
    }
    finished = true;
    thread.interrupt();
    try {
      thread.join();
      sender.tell(parameters(done ? "done" : "failed"));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (done) {
      console.progress(what, 1, 1, progress.detail());
    }
  }

  private byte[] parameters(String state) {
    ObjectNode parameters = JSON.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parts =
        parameters.putArray("parameter").addObject().put("name", "load").putArray("part");
    parts.addObject().put("name", "id").put("valueString", progress.id());
    parts.addObject().put("name", "source").put("valueString", progress.source());
    parts.addObject().put("name", "state").put("valueCode", state);
    parts.addObject().put("name", "started").put("valueInstant", progress.started().toString());
    parts.addObject().put("name", "updated").put("valueInstant", Instant.now().toString());
    parts.addObject().put("name", "total").put("valueDecimal", progress.totalFiles().get());
    parts.addObject().put("name", "done").put("valueDecimal", progress.doneFiles().get());
    parts.addObject().put("name", "refused").put("valueDecimal", progress.refused().get());
    parts.addObject().put("name", "resources").put("valueDecimal", progress.resources().get());
    return JSON.writeValueAsBytes(parameters);
  }

  /** A load that was not finished by then has failed. */
  @Override
  public void close() {
    finish(false);
  }
}
