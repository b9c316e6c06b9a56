package health.helan.app.start;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code helan edge} was asked to do beside what {@code helan run} understands: a node in a
 * hospital that hands on to a centre what it takes.
 *
 * @param centre address of the centre, ending in a slash
 * @param node name that the node is registered by there
 * @param authority file (PEM) of the authority of the centre's certificate; null for those that the
 *     JVM knows
 * @param kilobits most of the line, in kbit/s; 0 for all of it
 */
public record EdgeArguments(
    RunArguments run, URI centre, String node, @Nullable Path authority, long kilobits) {

  /** In the data folder: it is an edge node's, and which. */
  public static final String MARK = "edge-node";

  /** Less would not bring a long message through. */
  private static final long LEAST_KILOBITS = 64;

  private static final long MOST_KILOBITS = 100_000_000;

  /**
   * Reads the words after {@code edge}.
   *
   * @throws StartRefused naming the first word that makes no sense
   */
  public static EdgeArguments parse(List<String> words) {
    String centre = null;
    String node = null;
    Path authority = null;
    long kilobits = 0;
    var rest = new ArrayList<String>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "--centre" -> centre = value(words, ++i);
        case "--node" -> node = value(words, ++i);
        case "--centre-ca" -> authority = Path.of(value(words, ++i)).toAbsolutePath();
        case "--kbits" -> kilobits = kilobits(value(words, ++i));
        case "--residents", "--seed", "--no-demo" ->
            throw new StartRefused(
                "前置机没有示范数据，不接受参数 " + word + "。",
                "An edge node has no demo region: " + word + " makes no sense.");
        default -> {
          rest.add(word);
        }
      }
    }
    rest.add("--no-demo");
    RunArguments run = RunArguments.parse(rest);
    if (centre == null || node == null || !node.matches("[a-z0-9][a-z0-9-]{1,40}")) {
      throw new StartRefused(
          "前置机需要 --centre 中心平台地址 和 --node 名称（小写字母、数字、连字符），请看 ./helan --help。",
          "An edge node needs --centre ADDRESS and --node NAME (lower case letters, digits, hyphens): see ./helan --help.");
    }
    if (authority != null && !Files.isReadable(authority)) {
      throw new StartRefused(
          "无法读取证书文件 " + authority + "。", "The file " + authority + " cannot be read.");
    }
    return new EdgeArguments(run, address(centre), node, authority, kilobits);
  }

  private static String value(List<String> words, int at) {
    if (at >= words.size() || words.get(at).isBlank()) {
      String option = words.get(at - 1);
      throw new StartRefused(
          option + " 后面缺少取值，请看 ./helan --help。", option + " needs a value: see ./helan --help.");
    }
    return words.get(at).strip();
  }

  private static long kilobits(String text) {
    if (text.matches("[1-9]\\d{0,8}")
        && Long.parseLong(text) >= LEAST_KILOBITS
        && Long.parseLong(text) <= MOST_KILOBITS) {
      return Long.parseLong(text);
    }
    throw new StartRefused(
        "--kbits 要求 64 到 100000000 之间的整数（kbit/s），收到的是 " + text + "。",
        "--kbits takes a whole number of kbit/s from 64 to 100000000, not " + text + ".");
  }

  /** HTTPS; plain HTTP on this machine alone. */
  private static URI address(String text) {
    try {
      URI given = URI.create(text.endsWith("/") ? text : text + "/");
      String host = given.getHost();
      if (host != null && given.getQuery() == null && given.getFragment() == null) {
        if ("https".equals(given.getScheme())) {
          return given;
        }
        if ("http".equals(given.getScheme()) && InetAddress.getByName(host).isLoopbackAddress()) {
          return given;
        }
        throw new StartRefused(
            "--centre 须以 https:// 开头：消息不得经未加密的连接离开本机。",
            "--centre must begin with https://: messages never leave this machine unencrypted.");
      }
    } catch (IllegalArgumentException | UnknownHostException e) {
      // Told below.
    }
    throw new StartRefused(
        "--centre 不是可用的地址：" + text, "--centre is no address that can be used: " + text);
  }

  /**
   * Sees to it that a data folder stays what it is: what an edge node keeps would be carried out by
   * a platform, and a platform's records mean nothing to an edge node.
   *
   * @param edge null for a platform
   */
  public static void check(DataFolder data, @Nullable EdgeArguments edge) {
    String mark = data.read(MARK);
    if (edge == null) {
      if (mark != null) {
        throw new StartRefused(
            "数据目录 %s 属于前置机 %s，请用 ./helan edge 启动。".formatted(data.root(), mark.strip()),
            "The data folder %s is that of the edge node %s: start it with ./helan edge."
                .formatted(data.root(), mark.strip()));
      }
      return;
    }
    if (mark == null) {
      if (Files.exists(data.resolve("postgres"))) {
        throw new StartRefused(
            "数据目录 %s 属于一个平台，不能用作前置机，请换一个 --data 目录。".formatted(data.root()),
            "The data folder %s is a platform's and cannot be an edge node's: choose another --data."
                .formatted(data.root()));
      }
      data.writeAtomically(MARK, edge.node + "\n");
    } else if (!mark.strip().equals(edge.node)) {
      throw new StartRefused(
          "数据目录 %s 属于前置机 %s，与 --node %s 不符。".formatted(data.root(), mark.strip(), edge.node),
          "The data folder %s is that of the edge node %s, not of --node %s."
              .formatted(data.root(), mark.strip(), edge.node));
    }
  }
}
