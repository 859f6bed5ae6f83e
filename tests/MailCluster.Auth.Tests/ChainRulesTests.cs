using MailCluster.Auth.Chains;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Tests;

/// <summary>Every combination of answers and rules, compared with Dovecot's rules as its documentation states them, one sentence a rule.</summary>
public sealed class ChainRulesTests
{
    private static readonly ChainRule[] Rules = Enum.GetValues<ChainRule>();
    private static readonly PassDbStatus[] Answers = [PassDbStatus.Match, PassDbStatus.Mismatch, PassDbStatus.UnknownUser, PassDbStatus.InternalFailure];

    [Fact]
    public async Task Every_combination_of_three_databases_ends_as_Dovecot_says()
    {
        var links = Answers.SelectMany(answer => Rules.Select(rule => (Answer: answer, Rule: rule))).ToArray();
        foreach (var first in links)
        {
            await CheckAsync([first]);
            foreach (var second in links)
            {
                await CheckAsync([first, second]);
                foreach (var third in links) await CheckAsync([first, second, third]);
            }
        }
    }

    [Theory]
    // The defaults: the first success counts.
    [InlineData("Match:ReturnOk Mismatch:Continue", "Match", 1)]
    [InlineData("Mismatch:Continue Match:ReturnOk", "Match", 2)]
    [InlineData("UnknownUser:Continue Mismatch:Continue", "Mismatch", 2)]
    // An internal failure is never a wrong password, whatever a later database says, unless that one opens the account.
    [InlineData("InternalFailure:Continue Mismatch:Continue", "InternalFailure", 2)]
    [InlineData("InternalFailure:Continue UnknownUser:ReturnFail", "InternalFailure", 2)]
    [InlineData("InternalFailure:Continue Match:ReturnOk", "Match", 2)]
    [InlineData("InternalFailure:ReturnFail Match:ReturnOk", "InternalFailure", 1)]
    // A second database must agree: success so far does not come from the first.
    [InlineData("Match:Continue Mismatch:Continue", "Mismatch", 2)]
    [InlineData("Match:ContinueOk UnknownUser:Continue", "Match", 2)]
    [InlineData("Match:ContinueOk UnknownUser:ContinueFail", "UnknownUser", 2)]
    [InlineData("Match:ContinueOk InternalFailure:Continue", "Match", 2)]
    [InlineData("Match:ReturnFail", "Mismatch", 1)]
    public async Task Examples(string chain, string expected, int asked)
    {
        var links = chain.Split(' ').Select(static link => link.Split(':'))
            .Select(static link => (Enum.Parse<PassDbStatus>(link[0]), Enum.Parse<ChainRule>(link[1]))).ToArray();
        var (status, count) = await RunAsync(links);
        Assert.Equal((Enum.Parse<PassDbStatus>(expected), asked), (status, count));
    }

    [Fact]
    public async Task User_databases_obey_the_same_rules()
    {
        UserDbStatus[] answers = [UserDbStatus.Found, UserDbStatus.UnknownUser, UserDbStatus.InternalFailure];
        var links = answers.SelectMany(answer => Rules.Select(rule => (Answer: answer, Rule: rule))).ToArray();
        foreach (var first in links)
        {
            foreach (var second in links)
            {
                var databases = new[] { new FixedUsers(first.Answer), new FixedUsers(second.Answer) };
                var chain = new UserDbChain([Step(databases[0], first.Rule), Step(databases[1], second.Rule)]);
                var result = await chain.FindAsync(new UserDbQuery("a", "imap", new Dictionary<string, string>()), default);
                var (kind, asked) = Model([(Kind(first.Answer), first.Rule), (Kind(second.Answer), second.Rule)]);
                Assert.Equal((kind, asked), (Kind(result.Status), databases.Sum(static database => database.Asked)));
            }
        }

        static UserDbStep Step(IUserDb database, ChainRule rule) => new(database) { Rules = new(rule, rule, rule) };
        static char Kind(UserDbStatus status) => status switch { UserDbStatus.Found => '+', UserDbStatus.UnknownUser => '-', _ => '!' };
    }

    /// <summary>
    /// "return" ends with what is known, "continue" goes on, "-ok" and "-fail" set what is known. What the last database itself said counts
    /// when its rule leaves things as they are. If nothing succeeded and anything failed to answer, the answer is a failure to answer.
    /// </summary>
    private static (char Kind, int Asked) Model((char Answer, ChainRule Rule)[] links)
    {
        bool? known = null;
        var brokenSeen = false;
        var asked = 0;
        var last = '-';
        var lastRule = ChainRule.Continue;
        foreach (var (answer, rule) in links)
        {
            asked++;
            (last, lastRule) = (answer, rule);
            brokenSeen |= answer == '!';
            if (rule is ChainRule.ReturnOk or ChainRule.ContinueOk) known = true;
            if (rule is ChainRule.ReturnFail or ChainRule.ContinueFail) known = false;
            if (rule is ChainRule.Return or ChainRule.ReturnOk or ChainRule.ReturnFail) break;
        }

        var isSuccess = known == true || (last == '+' && lastRule is (ChainRule.Return or ChainRule.Continue));
        return (isSuccess ? '+' : brokenSeen ? '!' : '-', asked);
    }

    private static async Task CheckAsync((PassDbStatus Answer, ChainRule Rule)[] links)
    {
        var (kind, asked) = Model([.. links.Select(static link => (Kind(link.Answer), link.Rule))]);
        var (status, count) = await RunAsync(links);
        Assert.True(
            (kind, asked) == (Kind(status), count), $"{string.Join(' ', links)}: expected {kind} after {asked}, was {status} after {count}");
        static char Kind(PassDbStatus status) => status switch { PassDbStatus.Match => '+', PassDbStatus.InternalFailure => '!', _ => '-' };
    }

    private static async Task<(PassDbStatus Status, int Asked)> RunAsync((PassDbStatus Answer, ChainRule Rule)[] links)
    {
        var databases = links.Select(static link => new FixedPasswords(link.Answer)).ToArray();
        var chain = new PassDbChain(links.Zip(databases, static (link, database) => new PassDbStep(database) { Rules = new(link.Rule, link.Rule, link.Rule) }));
        var result = await chain.VerifyAsync(AuthFixture.Query("a"), default, default);
        return (result.Status, databases.Sum(static database => database.Asked));
    }

    private sealed class FixedUsers(UserDbStatus status) : IUserDb
    {
        public int Asked { get; private set; }

        public string Name => "fixed";

        public bool CanList => false;

        public ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
        {
            Asked++;
            return ValueTask.FromResult(new UserDbResult(status, status == UserDbStatus.Found ? new UserInfo(query.Account, query.Fields) : null));
        }

        public IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

/// <summary>A password database whose answer is known.</summary>
internal sealed class FixedPasswords(PassDbStatus status, params (string Name, string Value)[] fields) : IPassDb
{
    public int Asked { get; private set; }

    public PassDbQuery? Query { get; private set; }

    public string Account { get; init; } = "";

    public string Name => "fixed";

    public PassDbCapabilities Capabilities { get; init; } = PassDbCapabilities.Password | PassDbCapabilities.Credentials | PassDbCapabilities.Token;

    public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        Asked++;
        Query = query;
        return ValueTask.FromResult(new PassDbResult(
            status,
            status == PassDbStatus.Match
                ? new UserInfo(Account.Length > 0 ? Account : query.Account, fields.ToDictionary(static field => field.Name, static field => field.Value))
                : null));
    }

    public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        VerifyAsync(query, default, cancellationToken);

    public ValueTask<PassDbResult> VerifyTokenAsync(PassDbQuery query, ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        VerifyAsync(query, token, cancellationToken);
}
