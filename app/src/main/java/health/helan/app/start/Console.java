package health.helan.app.start;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What the person who started the platform reads. Separate from the log: short, in both languages,
 * with a progress bar where the output is a terminal and single lines where it is not. Safe for use
 * by several threads.
 */
public final class Console {
  private static final int BAR_WIDTH = 30;
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);

  private final PrintStream out;
  private final boolean terminal;
  private long lastProgressNanos;
  private boolean barOpen;

  /**
   * @param out where to write, as UTF-8
   * @param terminal whether a line may be written over
   */
  public Console(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Standard output; standard error where {@code HELAN_LOG=json} has standard output for the log.
   */
  public static Console of(Map<String, String> environment) {
    boolean json = "json".equalsIgnoreCase(environment.get("HELAN_LOG"));
    PrintStream stream = json ? System.err : System.out;
    boolean terminal = System.console() != null && System.console().isTerminal() && !json;
    return new Console(new PrintStream(stream, true, StandardCharsets.UTF_8), terminal);
  }

  /** One line. */
  public synchronized void say(String line) {
    endBar();
    out.println(line);
  }

  /** Where to go and how to sign in. */
  public synchronized void ready(String url, Path tokenFile) {
    endBar();
    out.println();
    out.println("贺兰已就绪 / Helan is ready:   " + url);
    out.println("  登录令牌 / Sign-in token:   " + tokenFile);
    out.println(
        "  网页：打开上面的地址，用账户登录，或粘贴令牌。/ Pages: open the address; sign in with an account or paste the token.");
    out.println(
        "  接口 / API:  curl -H \"Authorization: Bearer $(cat '"
            + tokenFile
            + "')\" '"
            + url
            + "fhir/Patient?_count=5'");
    out.println("  按 Ctrl-C 停止。/ Ctrl-C stops it.");
    out.println();
    out.flush();
  }

  /**
   * Progress of something long. Written at most ten times a second to a terminal, else every five
   * seconds; always when it is complete.
   *
   * @param what named in both languages
   * @param done at most total
   * @param detail said after the bar, such as a rate
   */
  public synchronized void progress(String what, long done, long total, String detail) {
    long now = System.nanoTime();
    Duration pause = terminal ? Duration.ofMillis(100) : LINE_EVERY;
    boolean complete = done >= total;
    if (!complete && now - lastProgressNanos < pause.toNanos()) {
      return;
    }
    lastProgressNanos = now;
    int percent = total == 0 ? 100 : (int) (100 * done / total);
    if (terminal) {
      int filled = BAR_WIDTH * percent / 100;
      out.print(
          "\r"
              + what
              + " ["
              + "█".repeat(filled)
              + "·".repeat(BAR_WIDTH - filled)
              + "] "
              + percent
              + "%  "
              + detail
              // Clears what a longer line left behind.
              + "\u001b[K");
      out.flush();
      barOpen = true;
      if (complete) {
        endBar();
      }
    } else {
      out.println(what + " " + percent + "%  " + detail);
    }
  }

  private void endBar() {
    if (barOpen) {
      out.println();
      barOpen = false;
    }
  }
}
