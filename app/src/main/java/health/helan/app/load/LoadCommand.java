package health.helan.app.load;

import health.helan.app.start.Console;
import health.helan.app.start.StartRefused;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * {@code helan load}: feeds FHIR bundles, single resources and NDJSON, also in folders and
 * archives, into a running platform. See docs/guide/loading.md.
 */
public final class LoadCommand {
  /** Exit code when something was refused. */
  private static final int REFUSED_IN_PART = 1;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final LoadArguments arguments;
  private final Console console;

  private LoadCommand(LoadArguments arguments, Console console) {
    this.arguments = arguments;
    this.console = console;
  }

  /**
   * @param words what follows {@code load}
   * @return exit code: 0 all in, 1 something refused, 2 not begun or not finished
   */
  public static int run(List<String> words, Map<String, String> environment) {
    if (words.contains("--codes")) {
      return CodesLoad.run(words, environment);
    }
    if (words.contains("--registry")) {
      return RegistryLoad.run(words, environment);
    }
    LoadArguments arguments = LoadArguments.parse(words, environment);
    Console console = Console.of(environment);
    try {
      return new LoadCommand(arguments, console).load();
    } catch (LoadStopped stopped) {
      console.say(stopped.sentence());
      return StartRefused.EXIT_CODE;
    } catch (IOException failed) {
      console.say("读写文件出错：" + failed);
      console.say("A file could not be read or written: " + failed);
      return StartRefused.EXIT_CODE;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return StartRefused.EXIT_CODE;
    }
  }

  private int load() throws IOException, InterruptedException {
    List<String> skipped = new ArrayList<>();
    List<Source> sources = new ArrayList<>();
    List<Source.Item> items = new ArrayList<>();
    Map<Source, IOException> damaged = new LinkedHashMap<>();
    for (Source source : Source.at(arguments.paths(), skipped)) {
      try {
        items.addAll(source.items());
        sources.add(source);
      } catch (IOException broken) {
        damaged.put(source, broken);
      }
    }
    if (items.isEmpty() && damaged.isEmpty()) {
      throw new StartRefused(
          "这里没有可以载入的文件（.json .ndjson .jsonl，可压缩为 .gz .zip .tar.gz .tgz）。",
          "Nothing here can be loaded (.json .ndjson .jsonl, also packed as .gz .zip .tar.gz .tgz).");
    }
    String names =
        arguments.paths().stream()
            .map(path -> path.toAbsolutePath().normalize())
            .map(
                path ->
                    path.getFileName() == null ? path.toString() : path.getFileName().toString())
            .collect(Collectors.joining(", "));
    List<String> identity = new ArrayList<>(List.of(arguments.base(), arguments.token()));
    arguments.paths().forEach(path -> identity.add(path.toAbsolutePath().normalize().toString()));
    String id = Feed.name(identity);
    long bytes = items.stream().mapToLong(Source.Item::bytes).sum();
    Progress progress =
        Progress.of(
            id + "-" + Long.toString(System.currentTimeMillis(), 36), names, items.size(), bytes);
    Path state = arguments.stateFolder().resolve("load-" + id + ".txt");
    String salt = arguments.again() ? UUID.randomUUID().toString() : "";
    try (Sender sender = new Sender(arguments.base(), arguments.token(), PATIENCE);
        SentUnits sent = SentUnits.open(state, arguments.again());
        RefusalReport report = new RefusalReport(arguments.report());
        ProgressTeller teller = ProgressTeller.start(progress, console, sender, "载入 Loading")) {
      Feed feed = new Feed(sender, sent, report, progress, salt, arguments.connections());
      for (Rank rank : Source.ranks(items)) {
        for (Source source : sources) {
          if (damaged.containsKey(source)) {
            continue;
          }
          try {
            source.read(rank, (item, content) -> read(item, content, feed, report, progress));
          } catch (IOException broken) {
            damaged.put(source, broken);
          }
        }
        feed.settle();
      }
      damaged.forEach(
          (source, broken) -> {
            report.add(source.path().toString(), 0, 0, "structure", unreadable(broken));
            progress.refused().incrementAndGet();
          });
      teller.finish(true);
      tellEnd(progress, report, skipped);
      return report.isEmpty() ? 0 : REFUSED_IN_PART;
    }
  }

  /** One bad file must not keep the others out, and must be named. */
  private static String unreadable(IOException broken) {
    String why = broken.getClass().getSimpleName() + ": " + broken.getMessage();
    return "文件损坏或无法读取（%s），其后的内容没有载入。/ Damaged or unreadable (%s); nothing from there on was loaded."
        .formatted(why, why);
  }

  private static void read(
      Source.Item item,
      java.io.InputStream content,
      Feed feed,
      RefusalReport report,
      Progress progress)
      throws IOException, InterruptedException {
    Contents.read(
        item,
        content,
        new Contents.Receiver() {
          @Override
          public void unit(Unit unit) throws InterruptedException {
            feed.send(unit);
          }

          @Override
          public void unreadable(String file, int entry, String why) {
            report.add(file, entry, 0, "structure", why);
            progress.refused().incrementAndGet();
            if (entry == 0) {
              progress.doneBytes().addAndGet(item.bytes());
              progress.doneFiles().incrementAndGet();
            }
          }
        });
  }

  private void tellEnd(Progress progress, RefusalReport report, List<String> skipped) {
    if (progress.skipped().get() > 0) {
      console.say(
          "其中 %,d 份资源上次已经载入，没有重复发送（--again 可重新发送）。/ %,d resources had gone in before and were not sent again (--again sends them)."
              .formatted(progress.skipped().get(), progress.skipped().get()));
    }
    if (!skipped.isEmpty()) {
      console.say(
          "跳过了 %d 个不是 FHIR JSON 的文件。/ %d files that are not FHIR JSON were left out."
              .formatted(skipped.size(), skipped.size()));
    }
    if (!report.isEmpty()) {
      console.say(
          "有 %,d 份资源被拒，原因见 %s / %,d resources were refused; the reasons are in %s"
              .formatted(
                  progress.refused().get(),
                  report.file(),
                  progress.refused().get(),
                  report.file()));
    }
  }
}
