using MailCluster.LoadGenerator.Measuring;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// Connect, LOGIN, LOGOUT, close, with accounts whose passwords are stored as SHA512-CRYPT, each with a salt of its own; both servers have an authentication cache.
/// Either the same few accounts again and again, which a cache knows, or each account once.
/// </summary>
internal sealed class HashedLoginRow(string name, double target, int clients, bool isKnown) : Row(name, RowUnit.CommandsPerSecond, target)
{
    /// <summary>Accounts of one client in one round, where each logs in once: what a core can hash in the time.</summary>
    private const int Share = 80;

    private const int Rounds = 3;

    public override int HashedAccounts => Setup.HashedKnown + (Rounds * clients * Share);

    public override Measurement Run(Setup setup)
    {
        // The warm-up takes a quarter of the steps besides.
        var drive = isKnown ? setup.Drive(this) : setup.Drive(this, Share * 4 / 5);
        return drive.Run(clients, index =>
        {
            var next = Setup.HashedKnown + ((((setup.Round % Rounds) * clients) + index) * Share);
            return new Client(null, _ =>
            {
                using var client = setup.Connect(Setup.Hashed(isKnown ? index : next++));
                client.Run("LOGOUT");
                return new Step(1);
            });
        });
    }
}
