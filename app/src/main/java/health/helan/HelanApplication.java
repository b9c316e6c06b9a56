package health.helan;

import health.helan.app.start.StartRefused;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The platform's one program. Its first argument names what to do; {@code ./helan} finds a JDK,
 * builds what is missing and passes its own arguments on. Exit codes: 0 done, 1 done in part, 2
 * refused with a sentence on what to do.
 */
@SpringBootApplication(proxyBeanMethods = false, scanBasePackages = "health.helan.app")
public class HelanApplication {

  /**
   * @param args {@code run}, {@code load}, {@code backup}, {@code restore} or {@code train}, and
   *     its options
   */
  public static void main(String[] args) {
    List<String> words = List.of(args);
    int exitCode;
    try {
      exitCode =
          Command.named(words.isEmpty() ? "run" : words.getFirst())
              .execute(words.isEmpty() ? words : words.subList(1, words.size()));
    } catch (StartRefused refused) {
      System.err.println(refused.getMessage());
      exitCode = StartRefused.EXIT_CODE;
    }
    // Threads of libraries must not keep a finished command alive.
    System.exit(exitCode);
  }
}
