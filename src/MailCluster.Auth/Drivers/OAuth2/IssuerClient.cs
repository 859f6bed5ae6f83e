using System.Net.Http.Headers;
using System.Text;

namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>The HTTP side of an issuer: its keys, its introspection. Answers are limited in size and time, redirections are not followed.</summary>
internal sealed class IssuerClient : IDisposable
{
    /// <summary>Largest answer: a set of some hundred keys.</summary>
    private const int AnswerOctetsMax = 1 << 20;

    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly AuthenticationHeaderValue? _credentials;

    public IssuerClient(OAuth2Options options, TimeProvider time)
    {
        _timeout = options.Timeout;
        _time = time;
        if (options.ClientId is { } id)
        {
            // RFC 6749 §2.3.1: both are form-encoded before they become a Basic credential.
            var pair = $"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(options.ClientSecret ?? "")}";
            _credentials = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        }

        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = options.Timeout,
        };
        if (options.AuthorityFile is { } file) handler.SslOptions.CertificateChainPolicy = new Authorities("oauth2", file).Policy();
        _http = new HttpClient(handler) { MaxResponseContentBufferSize = AnswerOctetsMax, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Gets a document.</summary>
    /// <exception cref="DatabaseException">The issuer cannot be reached, or refuses.</exception>
    public ValueTask<string> GetAsync(string url, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, url), cancellationToken);

    /// <summary>Asks about a token (RFC 7662 §2.1).</summary>
    /// <exception cref="DatabaseException">The issuer cannot be reached, or refuses.</exception>
    public ValueTask<string> IntrospectAsync(string url, string token, CancellationToken cancellationToken) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = new FormUrlEncodedContent([new("token", token), new("token_type_hint", "access_token")]),
                Headers = { Authorization = _credentials },
            },
            cancellationToken);

    public void Dispose() => _http.Dispose();

    private async ValueTask<string> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var sent = request;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            if (!response.IsSuccessStatusCode) throw new DatabaseException($"{request.RequestUri} answered {(int)response.StatusCode}");
            return await response.Content.ReadAsStringAsync(either.Token);
        }
        catch (HttpRequestException e)
        {
            throw new DatabaseException($"{request.RequestUri}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseException($"{request.RequestUri}: no answer within {_timeout.TotalSeconds:0.#} s", e);
        }
    }
}
