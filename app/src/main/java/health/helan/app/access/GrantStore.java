package health.helan.app.access;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Session;
import health.helan.foundation.trust.app.Grants;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps authorizations as {@link Grants}: JSON without any token, and digests of tokens. Of an
 * authorization that is read back, only the token it was found by has its value; the others have
 * stand-ins, which are written back as the digests they stand for.
 */
final class GrantStore implements OAuth2AuthorizationService {
  /** Attributes of an authorization: context of its launch. */
  static final String PATIENT = "helan.patient";

  static final String ENCOUNTER = "helan.encounter";

  /** Stand-ins begin with this; no generated token does. */
  private static final String STAND_IN = "#";

  private static final String OFFLINE = "offline_access";
  private static final Duration KEPT_AFTERWARDS = Duration.ofDays(1);

  private static final List<Class<? extends OAuth2Token>> TOKENS =
      List.of(
          OAuth2AuthorizationCode.class,
          OAuth2AccessToken.class,
          OAuth2RefreshToken.class,
          OidcIdToken.class);

  private final Grants grants;
  private final RegisteredClientRepository clients;
  private final Launches launches;
  private final Clock clock;

  GrantStore(Grants grants, RegisteredClientRepository clients, Launches launches, Clock clock) {
    this.grants = grants;
    this.clients = clients;
    this.launches = launches;
    this.clock = clock;
  }

  private static Grants.Kind kind(Class<? extends OAuth2Token> type) {
    if (type.equals(OAuth2AuthorizationCode.class)) {
      return Grants.Kind.CODE;
    }
    if (type.equals(OAuth2AccessToken.class)) {
      return Grants.Kind.ACCESS;
    }
    return type.equals(OAuth2RefreshToken.class) ? Grants.Kind.REFRESH : Grants.Kind.ID;
  }

  @Override
  public void save(OAuth2Authorization authorization) {
    SignedIn principal =
        authorization.getAttribute(Principal.class.getName()) instanceof SignedIn person
            ? person
            : null;
    String account = principal == null ? "" : principal.session().account();
    String id =
        Ids.isAssigned(authorization.getId()) ? authorization.getId() : Grants.newId(account);
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("grantType", authorization.getAuthorizationGrantType().getValue());
    body.put("name", authorization.getPrincipalName());
    texts(body.putArray("scopes"), authorization.getAuthorizedScopes());
    if (principal != null) {
      body.putObject("person")
          .put("session", principal.session().id())
          .put("role", principal.session().role())
          .put("at", principal.session().created().toEpochMilli());
    }
    OAuth2AuthorizationRequest request =
        authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
    if (request != null) {
      write(body.putObject("request"), request);
      Launches.Context context = context(authorization, principal, request);
      body.put("patient", context.patient()).put("encounter", context.encounter());
    }
    List<Grants.Token> tokens = new ArrayList<>();
    Instant until = clock.instant().plus(Duration.ofMinutes(10));
    String state = authorization.getAttribute(OAuth2ParameterNames.STATE);
    ObjectNode kept = body.putObject("tokens");
    if (state != null) {
      String digest = digest(Grants.Kind.STATE, state);
      tokens.add(new Grants.Token(Grants.Kind.STATE, digest, until));
      kept.putObject("STATE").put("digest", digest);
    }
    for (Class<? extends OAuth2Token> type : TOKENS) {
      OAuth2Authorization.Token<? extends OAuth2Token> token = authorization.getToken(type);
      if (token != null) {
        Grants.Kind kind = kind(type);
        String digest = digest(kind, token.getToken().getTokenValue());
        Instant end = token.getToken().getExpiresAt();
        Instant over = (end == null ? until : end).plus(KEPT_AFTERWARDS);
        tokens.add(new Grants.Token(kind, digest, over));
        until = over.isAfter(until) ? over : until;
        write(kept.putObject(kind.name()), digest, token);
      }
    }
    // With offline_access the person wants the app to go on without the session.
    boolean offline = authorization.getAuthorizedScopes().contains(OFFLINE);
    grants.save(
        new Grants.Grant(
            id,
            authorization.getRegisteredClientId(),
            account,
            principal == null || offline ? "" : principal.session().id(),
            body.toString(),
            clock.instant(),
            until),
        tokens);
  }

  private Launches.Context context(
      OAuth2Authorization authorization,
      @Nullable SignedIn principal,
      OAuth2AuthorizationRequest request) {
    String patient = authorization.getAttribute(PATIENT);
    String encounter = authorization.getAttribute(ENCOUNTER);
    if (patient != null && encounter != null) {
      return new Launches.Context(patient, encounter);
    }
    return principal == null
        ? Launches.Context.NONE
        : launches.contextOf(
            principal.session(),
            request.getClientId(),
            request.getScopes(),
            (String) request.getAdditionalParameters().get(Launches.PARAMETER));
  }

  private String digest(Grants.Kind kind, String value) {
    return value.startsWith(STAND_IN)
        ? value.substring(STAND_IN.length())
        : grants.digest(kind, value);
  }

  private static void texts(ArrayNode array, Collection<String> texts) {
    texts.forEach(array::add);
  }

  private static void write(ObjectNode node, OAuth2AuthorizationRequest request) {
    node.put("uri", request.getAuthorizationUri());
    node.put("client", request.getClientId());
    node.put("redirect", request.getRedirectUri());
    node.put("state", request.getState());
    texts(node.putArray("scopes"), request.getScopes());
    ObjectNode parameters = node.putObject("parameters");
    request
        .getAdditionalParameters()
        .forEach(
            (name, value) -> {
              if (value instanceof String text) {
                parameters.put(name, text);
              }
            });
  }

  private static void write(
      ObjectNode node, String digest, OAuth2Authorization.Token<? extends OAuth2Token> token) {
    node.put("digest", digest);
    put(node, "from", token.getToken().getIssuedAt());
    put(node, "to", token.getToken().getExpiresAt());
    if (token.getToken() instanceof OAuth2AccessToken access) {
      texts(node.putArray("scopes"), access.getScopes());
    }
    ObjectNode metadata = node.putObject("metadata");
    token
        .getMetadata()
        .forEach(
            (name, value) -> {
              switch (value) {
                case Boolean flag -> metadata.put(name, flag);
                case String text -> metadata.put(name, text);
                case Map<?, ?> claims -> claims(metadata.putObject(name), claims);
                default -> {
                  // Nothing else is put there by the server.
                }
              }
            });
  }

  private static void put(ObjectNode node, String name, @Nullable Instant instant) {
    if (instant != null) {
      node.put(name, instant.toEpochMilli());
    }
  }

  private static void claims(ObjectNode node, Map<?, ?> claims) {
    claims.forEach(
        (key, value) -> {
          String name = key.toString();
          switch (value) {
            case Instant instant -> node.putObject(name).put("instant", instant.toEpochMilli());
            case java.util.Date date -> node.putObject(name).put("instant", date.getTime());
            case Boolean flag -> node.put(name, flag);
            case Number number -> node.put(name, number.longValue());
            case Collection<?> list -> {
              ArrayNode array = node.putArray(name);
              list.forEach(item -> array.add(item.toString()));
            }
            case null -> {
              // Left out.
            }
            case Object text -> node.put(name, text.toString());
          }
        });
  }

  @Override
  public void remove(OAuth2Authorization authorization) {
    grants.end(authorization.getId());
  }

  @Override
  public @Nullable OAuth2Authorization findById(String id) {
    Grants.Grant grant = grants.byId(id);
    return grant == null ? null : read(grant, null, "");
  }

  @Override
  public @Nullable OAuth2Authorization findByToken(
      String token, @Nullable OAuth2TokenType tokenType) {
    for (Grants.Kind kind : kinds(tokenType)) {
      Grants.Found found = grants.find(kind, token);
      if (found != null) {
        return read(found.grant(), kind, token);
      }
    }
    return null;
  }

  private static List<Grants.Kind> kinds(@Nullable OAuth2TokenType type) {
    if (type == null) {
      return List.of(Grants.Kind.ACCESS, Grants.Kind.REFRESH, Grants.Kind.CODE);
    }
    return switch (type.getValue()) {
      case OAuth2ParameterNames.STATE -> List.of(Grants.Kind.STATE);
      case OAuth2ParameterNames.CODE -> List.of(Grants.Kind.CODE);
      case OAuth2ParameterNames.ACCESS_TOKEN -> List.of(Grants.Kind.ACCESS);
      case OAuth2ParameterNames.REFRESH_TOKEN -> List.of(Grants.Kind.REFRESH);
      case "id_token" -> List.of(Grants.Kind.ID);
      default -> List.of();
    };
  }

  private @Nullable OAuth2Authorization read(
      Grants.Grant grant, Grants.@Nullable Kind shown, String value) {
    RegisteredClient client = clients.findById(grant.client());
    if (client == null) {
      return null;
    }
    JsonNode body = Json.MAPPER.readTree(grant.body());
    OAuth2Authorization.Builder builder =
        OAuth2Authorization.withRegisteredClient(client)
            .id(grant.id())
            .principalName(body.path("name").asString())
            .authorizationGrantType(new AuthorizationGrantType(body.path("grantType").asString()))
            .authorizedScopes(texts(body.path("scopes")));
    JsonNode person = body.path("person");
    if (person.isObject()) {
      builder.attribute(Principal.class.getName(), new SignedIn(session(grant, person)));
    }
    if (body.path("request").isObject()) {
      builder.attribute(OAuth2AuthorizationRequest.class.getName(), request(body.path("request")));
      builder.attribute(PATIENT, body.path("patient").asString(""));
      builder.attribute(ENCOUNTER, body.path("encounter").asString(""));
    }
    JsonNode tokens = body.path("tokens");
    BiConsumer<Grants.Kind, JsonNode> add =
        (kind, node) -> {
          String text = kind == shown ? value : STAND_IN + node.path("digest").asString();
          if (kind == Grants.Kind.STATE) {
            builder.attribute(OAuth2ParameterNames.STATE, text);
          } else {
            Map<String, Object> metadata = metadata(node.path("metadata"));
            builder.token(token(kind, text, node, metadata), all -> all.putAll(metadata));
          }
        };
    for (Grants.Kind kind : Grants.Kind.values()) {
      if (tokens.path(kind.name()).isObject()) {
        add.accept(kind, tokens.path(kind.name()));
      }
    }
    return builder.build();
  }

  /** As much of the session as tokens are made of; it may have ended since, with offline_access. */
  private static Session session(Grants.Grant grant, JsonNode person) {
    Instant at = Instant.ofEpochMilli(person.path("at").asLong());
    return new Session(
        person.path("session").asString(),
        grant.account(),
        Session.Stage.SIGNED_IN,
        person.path("role").asString(""),
        "",
        "",
        at,
        at,
        grant.until(),
        at);
  }

  private static OAuth2AuthorizationRequest request(JsonNode node) {
    Map<String, Object> parameters = new HashMap<>();
    node.path("parameters")
        .properties()
        .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asString()));
    return OAuth2AuthorizationRequest.authorizationCode()
        .authorizationUri(node.path("uri").asString())
        .clientId(node.path("client").asString())
        .redirectUri(node.path("redirect").isString() ? node.path("redirect").asString() : null)
        .state(node.path("state").isString() ? node.path("state").asString() : null)
        .scopes(texts(node.path("scopes")))
        .additionalParameters(parameters)
        .build();
  }

  private static OAuth2Token token(
      Grants.Kind kind, String value, JsonNode node, Map<String, Object> metadata) {
    Instant from = instant(node, "from");
    Instant to = instant(node, "to");
    return switch (kind) {
      case CODE -> new OAuth2AuthorizationCode(value, from, to);
      case ACCESS ->
          new OAuth2AccessToken(
              OAuth2AccessToken.TokenType.BEARER, value, from, to, texts(node.path("scopes")));
      case REFRESH -> new OAuth2RefreshToken(value, from, to);
      case ID -> new OidcIdToken(value, from, to, claimsOf(metadata));
      case STATE -> throw new IllegalArgumentException("a state is no token");
    };
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> claimsOf(Map<String, Object> metadata) {
    Object claims = metadata.get(OAuth2Authorization.Token.CLAIMS_METADATA_NAME);
    return claims instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of("sub", "");
  }

  private static Instant instant(JsonNode node, String name) {
    return Instant.ofEpochMilli(node.path(name).asLong());
  }

  private static Map<String, Object> metadata(JsonNode node) {
    Map<String, Object> metadata = new HashMap<>();
    node.properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              if (value.isBoolean()) {
                metadata.put(entry.getKey(), value.asBoolean());
              } else if (value.isString()) {
                metadata.put(entry.getKey(), value.asString());
              } else if (value.isObject()) {
                metadata.put(entry.getKey(), readClaims(value));
              }
            });
    return metadata;
  }

  private static Map<String, Object> readClaims(JsonNode node) {
    Map<String, Object> claims = new LinkedHashMap<>();
    node.properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              Object read;
              if (value.path("instant").isNumber()) {
                Instant instant = Instant.ofEpochMilli(value.path("instant").asLong());
                // The server reads this one back as what it wrote when a token is renewed.
                read = entry.getKey().equals("auth_time") ? java.util.Date.from(instant) : instant;
              } else if (value.isArray()) {
                read = new ArrayList<>(texts(value));
              } else if (value.isBoolean()) {
                read = value.asBoolean();
              } else if (value.isNumber()) {
                read = value.asLong();
              } else {
                read = value.asString();
              }
              claims.put(entry.getKey(), read);
            });
    return claims;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new LinkedHashSet<>();
    array.forEach(item -> texts.add(item.asString()));
    return texts;
  }
}
