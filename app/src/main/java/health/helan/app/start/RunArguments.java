package health.helan.app.start;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What {@code helan run} was asked to do.
 *
 * @param port port to listen on, 0 for any free one
 * @param address interface to listen on
 * @param dataFolder everything that has to survive
 * @param residents size of the demo region that the first start loads
 * @param seed of the demo region
 * @param demo false to start without a demo region
 */
public record RunArguments(
    int port, InetAddress address, Path dataFolder, int residents, long seed, boolean demo) {

  /** Port when none is named. */
  public static final int DEFAULT_PORT = 8080;

  static final int LEAST_RESIDENTS = 10;
  static final int MOST_RESIDENTS = 10_000_000;

  /**
   * Reads the words after {@code run}.
   *
   * @throws StartRefused naming the first word that makes no sense
   */
  public static RunArguments parse(List<String> words) {
    int port = DEFAULT_PORT;
    String address = "127.0.0.1";
    Path dataFolder = Path.of("data");
    int residents = 500;
    long seed = 1;
    boolean demo = true;
    Deque<String> rest = new ArrayDeque<>(words);
    while (!rest.isEmpty()) {
      String option = rest.removeFirst();
      switch (option) {
        case "--port" -> port = (int) number(option, value(option, rest), 0, 65_535);
        case "--address" -> address = value(option, rest);
        case "--data" -> dataFolder = Path.of(value(option, rest));
        case "--residents" ->
            residents = (int) number(option, value(option, rest), LEAST_RESIDENTS, MOST_RESIDENTS);
        case "--seed" -> seed = number(option, value(option, rest), 0, Long.MAX_VALUE);
        case "--no-demo" -> demo = false;
        default ->
            throw new StartRefused(
                "不认识的参数 " + option + "，请看 ./helan --help。",
                "Unknown argument " + option + ": see ./helan --help.");
      }
    }
    return new RunArguments(
        port, resolve(address), dataFolder.toAbsolutePath().normalize(), residents, seed, demo);
  }

  private static String value(String option, Deque<String> rest) {
    String value = rest.pollFirst();
    if (value == null || value.isBlank()) {
      throw new StartRefused(
          option + " 后面缺少取值，请看 ./helan --help。", option + " needs a value: see ./helan --help.");
    }
    return value;
  }

  private static long number(String option, String text, long least, long most) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, together with numbers out of range.
    }
    throw new StartRefused(
        option + " 要求 " + least + " 到 " + most + " 之间的整数，收到的是 " + text + "。",
        option + " takes a whole number from " + least + " to " + most + ", not " + text + ".");
  }

  private static InetAddress resolve(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException unknown) {
      throw new StartRefused(
          "本机没有地址 " + address + "，请检查 --address。",
          "There is no address " + address + ": check --address.",
          unknown);
    }
  }
}
