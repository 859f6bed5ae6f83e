using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// How long others' logins take, at the 99th percentile, while many addresses of the loopback network guess passwords, each guess on a connection of its own. The
/// guesses are paced, so both servers have the same number before them, and end with the row. The note has the same figure without them.
/// </summary>
/// <param name="name">As given on the command line.</param>
/// <param name="target">How many times better than the other server.</param>
/// <param name="clients">Who logs in, again and again, with passwords that are right and hashed.</param>
/// <param name="guesses">A second. At two to three milliseconds of hashing each.</param>
internal sealed class AttackRow(string name, double target, int clients, int guesses) : Row(name, RowUnit.Milliseconds, target)
{
    public override int HashedAccounts => Setup.HashedKnown;

    public override Measurement Run(Setup setup)
    {
        var quiet = Drive(setup);
        using var guessers = new Guessers(setup.Imap, guesses);
        var attacked = Drive(setup);
        guessers.Stop();
        return attacked with
        {
            Value = attacked.P99,
            Errors = attacked.Errors + quiet.Errors,
            FirstError = attacked.FirstError ?? quiet.FirstError,
            Note = string.Create(
                CultureInfo.InvariantCulture, $"p99 without guesses {quiet.P99:0.00} ms; {guessers.Made} guesses meanwhile, {guessers.Failed} connections refused"),
        };
    }

    private Measurement Drive(Setup setup) => setup.Drive(this).Run(clients, index => new Client(null, _ =>
    {
        using var client = setup.Connect(Setup.Hashed(index));
        client.Run("LOGOUT");
        return new Step(1);
    }));
}
