/*
 * The application on Ktor 1.6.8.
 */
package interop

import io.ktor.application.Application
import io.ktor.application.ApplicationCall
import io.ktor.application.call
import io.ktor.application.install
import io.ktor.http.ContentType
import io.ktor.http.CookieEncoding
import io.ktor.http.HttpStatusCode
import io.ktor.request.path
import io.ktor.response.respondText
import io.ktor.routing.get
import io.ktor.routing.routing
import io.ktor.server.cio.CIO
import io.ktor.server.engine.embeddedServer
import io.ktor.sessions.SessionStorage
import io.ktor.sessions.SessionStorageMemory
import io.ktor.sessions.SessionTransportTransformerEncrypt
import io.ktor.sessions.SessionTransportTransformerMessageAuthentication
import io.ktor.sessions.Sessions
import io.ktor.sessions.cookie
import io.ktor.sessions.directorySessionStorage
import io.ktor.sessions.header
import io.ktor.sessions.sessions
import io.ktor.util.hex
import io.ktor.util.toMap

private val PROVIDERS = listOf(PLAIN, ID, MAC, ENC, SESSION, DRAWING)

fun main(arguments: Array<String>) {
    val options = optionsOf(arguments, "--port N [--directory PATH]")
    serve(options) { port ->
        embeddedServer(CIO, port, HOST) { application(options) }.start()
    }
}

private fun Application.application(options: Options) {
    install(Sessions) { providers(storage(options)) }
    routing {
        get("{path...}") { call.respond() }
    }
}

private fun storage(options: Options): () -> SessionStorage {
    val shared = options.directory?.let { directorySessionStorage(it, cached = false) }
    return { shared ?: SessionStorageMemory() }
}

private fun Sessions.Configuration.providers(storage: () -> SessionStorage) {
    cookie<Simple>(PLAIN.name)
    cookie<TestUserSession>(ID.name, storage()) {
        cookie.maxAgeInSeconds = 5
    }
    cookie<Outer>(MAC.name) {
        cookie.path = "/a"
        cookie.domain = "foo.bar"
        cookie.extensions["SameSite"] = "lax"
        transform(SessionTransportTransformerMessageAuthentication(hex(SIGNING_KEY)))
    }
    cookie<Inner>(ENC.name) {
        cookie.encoding = CookieEncoding.BASE64_ENCODING
        cookie.maxAgeInSeconds = 0
        transform(SessionTransportTransformerEncrypt(hex(ENCRYPTION_KEY), hex(SIGNING_KEY)))
    }
    header<WithEnum>(SESSION.name) {
        transform(SessionTransportTransformerMessageAuthentication(hex(SIGNING_KEY)))
    }
    header<Drawing>(DRAWING.name, storage())
}

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
