package health.helan.foundation.trust.account;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of sign-in: digests that tokens and login names are found by (HMAC-SHA-256), and the
 * sealing of secrets that must come back (AES-256-GCM: second factors, signing keys). Instances on
 * one database share it. Thread-safe.
 */
public final class SignInKey {
  /** Length in bytes. */
  public static final int LENGTH = 32;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final char[] ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec digests;
  private final SecretKeySpec seals;

  /**
   * @param secret {@link #LENGTH} random bytes
   */
  public SignInKey(byte[] secret) {
    if (secret.length != LENGTH) {
      throw new IllegalArgumentException("a sign-in key has " + LENGTH + " bytes");
    }
    SecretKeySpec root = new SecretKeySpec(secret, "HmacSHA256");
    this.digests = new SecretKeySpec(mac(root, "digests"), "HmacSHA256");
    this.seals = new SecretKeySpec(mac(root, "seals"), "AES");
  }

  /** A row's key and the proof that it is the right one: first 64 and first 128 bits of an HMAC. */
  public record Digest(long key, byte[] mac) {}

  /**
   * @param purpose keeps digests of different things apart
   */
  public Digest digest(String purpose, String text) {
    byte[] mac = mac(digests, purpose + "|" + text);
    return new Digest(ByteBuffer.wrap(mac).getLong(), Arrays.copyOf(mac, 16));
  }

  /** Encrypts. {@code context} must be given again to open it: a seal cannot be moved. */
  public byte[] seal(byte[] plain, String context) {
    try {
      byte[] nonce = new byte[NONCE];
      RANDOM.nextBytes(nonce);
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, seals, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = cipher.doFinal(plain);
      return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /**
   * @throws WrongKey if it was sealed with another key or in another context, or was altered
   */
  public byte[] open(byte[] sealed, String context) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, seals, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE));
      cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(sealed, NONCE, sealed.length - NONCE);
    } catch (AEADBadTagException wrong) {
      throw new WrongKey(wrong);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** What was sealed cannot be opened with this key. */
  public static final class WrongKey extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongKey(Exception cause) {
      super("sealed with another sign-in key", cause);
    }
  }

  /** 256 random bits in base64url. */
  public static String token() {
    byte[] bytes = new byte[LENGTH];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Random characters that people can read out: no 0, 1, I, L, O, U. About 4.9 bits each. */
  public static String code(int length) {
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < length; i++) {
      code.append(ALPHABET[RANDOM.nextInt(ALPHABET.length)]);
    }
    return code.toString();
  }

  /** As it was made, however it was typed. */
  static String readCode(String typed) {
    return typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
  }

  private static byte[] mac(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
