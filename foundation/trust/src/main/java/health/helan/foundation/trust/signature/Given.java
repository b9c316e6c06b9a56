package health.helan.foundation.trust.signature;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters of the operations of this package. */
final class Given {
  private static final int LONGEST_REASON = 400;

  private Given() {}

  static Refusal missing(String name) {
    return new Refusal(Refusal.Kind.INVALID, "signature.parameter-missing", name);
  }

  static Signatures.Wish wish(Call call) {
    return new Signatures.Wish(
        Objects.requireNonNull(call.type()),
        Objects.requireNonNull(call.id()),
        version(call, "ifVersion"),
        code(call),
        reason(call),
        algorithm(call));
  }

  static @Nullable Integer version(Call call, String name) {
    String text = call.text(name);
    if (text == null) {
      return null;
    }
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw missing(name);
    }
    return Integer.valueOf(text);
  }

  private static @Nullable JsonNode value(Call call, String name) {
    ObjectNode body = call.body();
    if (body != null) {
      for (JsonNode parameter : body.path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          for (var property : parameter.properties()) {
            if (property.getKey().startsWith("value")) {
              return property.getValue();
            }
          }
        }
      }
    }
    return null;
  }

  /** {@code type}: a Coding, or its code. */
  private static @Nullable String code(Call call) {
    JsonNode value = value(call, "type");
    if (value instanceof ObjectNode coding) {
      String system = coding.path("system").asString(SignatureTypes.SYSTEM);
      if (!system.equals(SignatureTypes.SYSTEM)) {
        throw new Refusal(Refusal.Kind.VALUE, "signature.unknown-type");
      }
      return coding.path("code").asString("");
    }
    return call.text("type");
  }

  /** {@code reason}: a CodeableConcept, a Coding, or a text. */
  private static @Nullable ObjectNode reason(Call call) {
    JsonNode value = value(call, "reason");
    ObjectNode concept = Json.MAPPER.createObjectNode();
    if (value instanceof ObjectNode object) {
      if (object.has("coding") || object.has("text")) {
        return object.deepCopy();
      }
      concept.putArray("coding").add(object.deepCopy());
      return concept;
    }
    String text = call.text("reason");
    if (text == null || text.isBlank()) {
      return null;
    }
    if (text.length() > LONGEST_REASON) {
      throw missing("reason");
    }
    concept.put("text", text.strip());
    return concept;
  }

  static @Nullable SignatureAlgorithm algorithm(Call call) {
    String text = call.text("algorithm");
    return text == null
        ? null
        : switch (text.toLowerCase(Locale.ROOT)) {
          case "sm2" -> SignatureAlgorithm.SM2_SM3;
          case "ecdsa" -> SignatureAlgorithm.ECDSA_SHA256;
          case "rsa" -> SignatureAlgorithm.RSA_SHA256;
          default -> throw missing("algorithm");
        };
  }

  static String required(Call call, String name) {
    String text = call.text(name);
    if (text == null || text.isBlank()) {
      throw missing(name);
    }
    return text.strip();
  }

  static byte[] base64(Call call, String name) {
    try {
      return Base64.getMimeDecoder().decode(required(call, name));
    } catch (IllegalArgumentException e) {
      throw missing(name);
    }
  }
}
