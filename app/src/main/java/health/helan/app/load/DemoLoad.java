package health.helan.app.load;

import health.helan.app.start.Console;
import health.helan.app.start.DataFolder;
import health.helan.app.start.RunArguments;
import health.helan.demo.DemoBundle;
import health.helan.demo.Region;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills an empty platform with the demo region, over the public API as any other load. A load that
 * was cut short goes on at the next start; one that is complete is not done again.
 */
public final class DemoLoad {
  private static final Logger log = LoggerFactory.getLogger(DemoLoad.class);

  /** In the data folder: which region, and whether it is all in. */
  private static final String MARKER = "demo-region";

  private static final String COMPLETE = "complete";
  private static final int CONNECTIONS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final DataFolder data;
  private final Console console;
  private final String base;
  private final String token;
  private final @Nullable SSLContext tls;

  /**
   * @param base address of the FHIR API, without a slash at the end
   * @param token access token
   * @param tls how the platform is known to itself; null in plain HTTP
   */
  public DemoLoad(
      DataFolder data, Console console, String base, String token, @Nullable SSLContext tls) {
    this.tls = tls;
    this.data = data;
    this.console = console;
    this.base = base;
    this.token = token;
  }

  /**
   * Loads what is missing of the region asked for. Returns early when the thread is interrupted.
   *
   * @return false if it could not be loaded; the reason has been told
   */
  public boolean run(RunArguments arguments) {
    String asked = "seed=%d residents=%d".formatted(arguments.seed(), arguments.residents());
    String marker = data.read(MARKER);
    if (marker != null && !marker.strip().equals(asked)) {
      if (!marker.strip().equals(asked + " " + COMPLETE)) {
        console.say(
            "数据目录里已有示范区域（%s），不再载入另一个；需要时请换一个 --data 目录。/ The data folder has a demo region already (%s); for another one choose another --data."
                .formatted(marker.strip(), marker.strip()));
      }
      return true;
    }
    data.writeAtomically(MARKER, asked + "\n");
    try {
      load(Region.of(arguments.seed(), arguments.residents()), asked);
      data.writeAtomically(MARKER, asked + " " + COMPLETE + "\n");
      return true;
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    } catch (IOException | RuntimeException failed) {
      log.error("The demo region could not be loaded", failed);
      console.say(
          "示范区域没有载入完：%s 下次启动会接着载入。/ The demo region is not all in; the next start goes on."
              .formatted(failed.getMessage()));
      return false;
    }
  }

  private void load(Region region, String asked) throws IOException, InterruptedException {
    Progress progress =
        Progress.of(
            "demo-" + Feed.name(List.of(asked)), "示范区域 Demo region", region.bundleCount() + 1, 0);
    progress.totalBytes().set(region.bundleCount() + 1);
    try (Sender sender = new Sender(base, token, PATIENCE, tls);
        SentUnits sent = SentUnits.open(data.resolve(MARKER + ".sent"), false);
        RefusalReport report = new RefusalReport(data.resolve(MARKER + "-refused.tsv"));
        ProgressTeller teller =
            ProgressTeller.start(progress, console, sender, "载入示范区域 Loading the demo region")) {
      Feed feed = new Feed(sender, sent, report, progress, "demo " + asked, CONNECTIONS);
      DemoBundle.@Nullable Kind kind = null;
      for (int number = 0; number < region.bundleCount(); number++) {
        DemoBundle bundle = region.bundle(number);
        if (kind != bundle.kind()) {
          feed.settle();
          kind = bundle.kind();
        }
        feed.send(
            new Unit(
                "demo-region/" + number, 1, bundle.json(), bundle.resources(), 1, true, false));
      }
      feed.settle();
      DemoBundle last = region.secondRecords();
      feed.send(
          new Unit(
              "demo-region/" + last.number(), 1, last.json(), last.resources(), 1, true, false));
      feed.settle();
      teller.finish(true);
      if (!report.isEmpty()) {
        console.say(
            "示范区域有 %,d 份资源被拒，原因见 %s / %,d resources of the demo region were refused; see %s"
                .formatted(
                    progress.refused().get(),
                    report.file(),
                    progress.refused().get(),
                    report.file()));
      }
    }
  }
}
