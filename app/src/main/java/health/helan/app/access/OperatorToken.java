package health.helan.app.access;

import health.helan.app.start.DataFolder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The operator's way in: 256 random bits, made on the first start, in a file that only the owner of
 * the data folder may read.
 */
public final class OperatorToken {
  /** Its file in the data folder. */
  public static final String FILE = "operator-token";

  private final byte[] token;

  private OperatorToken(String token) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
  }

  /** The token of the folder, made where it has none. */
  public static OperatorToken of(DataFolder data) {
    return new OperatorToken(data.secret(FILE));
  }

  /** Whether this is the token. Takes the same time however much of it is right. */
  public boolean matches(String presented) {
    return MessageDigest.isEqual(token, presented.getBytes(StandardCharsets.UTF_8));
  }

  /** Without the token, so that it cannot reach a log. */
  @Override
  public String toString() {
    return "OperatorToken";
  }
}
