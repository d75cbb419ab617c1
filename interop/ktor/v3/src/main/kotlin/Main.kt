/*
 * The application on Ktor 3.5.2.
 */
package interop

import io.ktor.http.ContentType
import io.ktor.http.CookieEncoding
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.install
import io.ktor.server.cio.CIO
import io.ktor.server.engine.embeddedServer
import io.ktor.server.request.path
import io.ktor.server.response.respondText
import io.ktor.server.routing.get
import io.ktor.server.routing.routing
import io.ktor.server.sessions.CookieSessionBuilder
import io.ktor.server.sessions.HeaderSessionBuilder
import io.ktor.server.sessions.SessionStorage
import io.ktor.server.sessions.SessionStorageMemory
import io.ktor.server.sessions.SessionTransportTransformerEncrypt
import io.ktor.server.sessions.SessionTransportTransformerMessageAuthentication
import io.ktor.server.sessions.Sessions
import io.ktor.server.sessions.SessionsConfig
import io.ktor.server.sessions.cookie
import io.ktor.server.sessions.directorySessionStorage
import io.ktor.server.sessions.header
import io.ktor.server.sessions.reflectionSessionSerializer
import io.ktor.server.sessions.sessions
import io.ktor.util.toMap

private val PROVIDERS = listOf(PLAIN, ID, MAC, ENC, EVERY, SESSION, DRAWING)

fun main(arguments: Array<String>) {
    if (arguments.contentEquals(arrayOf("bench"))) return bench()
    val options = optionsOf(
        arguments,
        "--port N [--directory PATH] [--serializer json|reflection]  (or: bench)",
    )
    serve(options) { port ->
        embeddedServer(CIO, port, HOST) { application(options) }.start()
    }
}

private fun Application.application(options: Options) {
    install(Sessions) { providers(options, storage(options)) }
    routing {
        get("{path...}") { call.respond() }
    }
}

private fun storage(options: Options): () -> SessionStorage {
    val shared = options.directory?.let { directorySessionStorage(it, cached = false) }
    return { shared ?: SessionStorageMemory() }
}

private fun SessionsConfig.providers(options: Options, storage: () -> SessionStorage) {
    val byReflection = options.byReflection
    cookie<Simple>(PLAIN.name) {
        if (byReflection) goByReflection()
    }
    cookie<TestUserSession>(ID.name, storage()) {
        if (byReflection) goByReflection()
        cookie.maxAgeInSeconds = 5
    }
    cookie<Outer>(MAC.name) {
        if (byReflection) goByReflection()
        cookie.path = "/a"
        cookie.domain = "foo.bar"
        cookie.extensions["SameSite"] = "lax"
        transform(SessionTransportTransformerMessageAuthentication(SIGNING_KEY.hexToByteArray()))
    }
    cookie<Inner>(ENC.name) {
        if (byReflection) goByReflection()
        cookie.encoding = CookieEncoding.BASE64_ENCODING
        cookie.maxAgeInSeconds = 0
        transform(encrypt(backwardCompatibleRead = byReflection))
    }
    cookie<Defaults>(EVERY.name) {
        goByReflection()
        sendOnlyIfModified = false
    }
    header<WithEnum>(SESSION.name) {
        if (byReflection) goByReflection()
        transform(SessionTransportTransformerMessageAuthentication(SIGNING_KEY.hexToByteArray()))
    }
    header<Drawing>(DRAWING.name, storage()) {
        if (byReflection) goByReflection()
    }
}

private inline fun <reified S : Any> CookieSessionBuilder<S>.goByReflection() {
    serializer = reflectionSessionSerializer()
}

private inline fun <reified S : Any> HeaderSessionBuilder<S>.goByReflection() {
    serializer = reflectionSessionSerializer()
}

/** Encrypts as the application's provider does, with random ivs. */
internal fun encrypt(backwardCompatibleRead: Boolean) = SessionTransportTransformerEncrypt(
    ENCRYPTION_KEY.hexToByteArray(),
    SIGNING_KEY.hexToByteArray(),
    backwardCompatibleRead = backwardCompatibleRead,
)

private suspend fun ApplicationCall.respond() {
    val path = request.path().removePrefix("/")
    val query = Query(request.queryParameters.toMap())
    val answer = answer(PROVIDERS, path, query, OfCall(this))
    val type = if (answer.isJson) ContentType.Application.Json else ContentType.Text.Plain
    respondText(answer.body, type, HttpStatusCode.fromValue(answer.status))
}

private class OfCall(private val call: ApplicationCall) : CallSessions {
    override fun get(name: String): Any? = call.sessions.get(name)

    override fun set(name: String, value: Any) = call.sessions.set(name, value)

    override fun clear(name: String) = call.sessions.clear(name)
}
