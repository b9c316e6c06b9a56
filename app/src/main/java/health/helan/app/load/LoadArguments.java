package health.helan.app.load;

import health.helan.app.start.StartRefused;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * What {@code helan load} was asked to do.
 *
 * @param base address of the FHIR API, without a slash at the end
 * @param token access token
 * @param connections requests under way at a time
 * @param report where to write what was refused
 * @param stateFolder where to remember what has gone in
 * @param again true to send again what an earlier run has sent
 * @param paths what to load
 */
record LoadArguments(
    String base,
    String token,
    int connections,
    Path report,
    Path stateFolder,
    boolean again,
    List<Path> paths) {

  /**
   * Reads the words after {@code load}.
   *
   * @throws StartRefused naming what is missing or makes no sense
   */
  static LoadArguments parse(List<String> words, Map<String, String> environment) {
    String url = "http://127.0.0.1:8080";
    Path tokenFile = Path.of("data", "operator-token");
    int connections = 4;
    Path report = Path.of("helan-load-report.tsv");
    boolean again = false;
    List<Path> paths = new ArrayList<>();
    Deque<String> rest = new ArrayDeque<>(words);
    while (!rest.isEmpty()) {
      String word = rest.removeFirst();
      switch (word) {
        case "--url" -> url = value(word, rest);
        case "--token-file" -> tokenFile = Path.of(value(word, rest));
        case "--connections" -> connections = connections(value(word, rest));
        case "--report" -> report = Path.of(value(word, rest));
        case "--again" -> again = true;
        default -> {
          if (word.startsWith("--")) {
            throw new StartRefused(
                "不认识的参数 " + word + "，请看 ./helan --help。",
                "Unknown argument " + word + ": see ./helan --help.");
          }
          paths.add(existing(Path.of(word)));
        }
      }
    }
    if (paths.isEmpty()) {
      throw new StartRefused(
          "请指明要载入的文件或文件夹：./helan load 路径…", "Say what to load: ./helan load PATH…");
    }
    return new LoadArguments(
        base(url),
        token(tokenFile),
        connections,
        report.toAbsolutePath(),
        stateFolder(environment),
        again,
        List.copyOf(paths));
  }

  private static String value(String option, Deque<String> rest) {
    String value = rest.pollFirst();
    if (value == null || value.isBlank()) {
      throw new StartRefused(
          option + " 后面缺少取值，请看 ./helan --help。", option + " needs a value: see ./helan --help.");
    }
    return value;
  }

  private static int connections(String text) {
    if (text.matches("\\d{1,3}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 256) {
      return Integer.parseInt(text);
    }
    throw new StartRefused(
        "--connections 要求 1 到 256 之间的整数。", "--connections takes a whole number from 1 to 256.");
  }

  private static Path existing(Path path) {
    if (!Files.isReadable(path)) {
      throw new StartRefused("找不到或无法读取 " + path + "。", path + " does not exist or cannot be read.");
    }
    return path;
  }

  private static String base(String url) {
    try {
      URI uri = URI.create(url);
      if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null) {
        String text = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        return text.endsWith("/fhir") ? text : text + "/fhir";
      }
    } catch (IllegalArgumentException notAnAddress) {
      // Told below, together with addresses of another kind.
    }
    throw new StartRefused(
        "--url 要求形如 http://127.0.0.1:8080 的地址。",
        "--url takes an address such as http://127.0.0.1:8080.");
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new StartRefused(
          "读不到令牌文件 " + file + "，请用 --token-file 指明平台数据目录里的 operator-token。",
          "The token file "
              + file
              + " cannot be read; name the operator-token of the platform's data folder with --token-file.",
          unreadable);
    }
  }

  private static Path stateFolder(Map<String, String> environment) {
    String xdg = environment.get("XDG_STATE_HOME");
    Path base =
        xdg != null && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".local", "state");
    return base.resolve("helan");
  }

  /** Without the token, so that it cannot reach a log. */
  @Override
  public String toString() {
    return "LoadArguments[" + base + ", " + paths + "]";
  }
}
